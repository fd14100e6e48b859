using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>A text that every event repeats, such as the model's name: one string serves for all events, compared by its bytes.</summary>
internal struct RepeatedText
{
    private byte[]? _raw;

    public string? Value { get; private set; }

    /// <summary>Reads the value of a property. A value that is no text leaves the last text.</summary>
    public void ReadNext(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (_raw is not null && reader.TokenType == JsonTokenType.String && reader.ValueSpan.SequenceEqual(_raw))
            return;
        // Compared with their escapes: equal bytes are equal text.
        var raw = reader.TokenType == JsonTokenType.String ? reader.ValueSpan.ToArray() : null;
        if (JsonRead.Text(ref reader) is not { } text)
            return;
        Value = text;
        _raw = raw;
    }
}
