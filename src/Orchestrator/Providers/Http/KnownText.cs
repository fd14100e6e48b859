using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>A text that comes with every event, such as the model's name: one string for all of them, found again by its bytes.</summary>
internal struct KnownText
{
    private byte[]? _raw;

    public string? Value { get; private set; }

    /// <summary>Takes the value after a property's name. Anything but a text leaves what is known.</summary>
    public void ReadNext(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (_raw is not null && reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual(_raw))
            return;
        // Escapes and all: the same bytes are the same text.
        var raw = reader.TokenType == JsonTokenType.String ? reader.ValueSpan.ToArray() : null;
        if (JsonRead.Text(ref reader) is not { } text)
            return;
        Value = text;
        _raw = raw;
    }
}
