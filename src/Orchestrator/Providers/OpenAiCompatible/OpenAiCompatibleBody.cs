using System.Text;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>The fields of one body: each is written once, and what is written first stays.</summary>
/// <param name="json">The writer, inside the body's object.</param>
/// <param name="dialect">The names of the fields.</param>
/// <param name="keepsNames">Whether fields may follow that this library does not know.</param>
internal readonly struct OpenAiCompatibleBody(Utf8JsonWriter json, OpenAiCompatibleDialect dialect, bool keepsNames)
{
    // The first choice is read, as one answer or as a stream, whatever a caller writes here.
    private static readonly string[] Own = ["model", "messages", "stream", "stream_options", "n"];

    private readonly HashSet<string>? _written = keepsNames ? new(Own, StringComparer.Ordinal) : null;

    /// <summary>Writes the name of a field; false if the server does not know it.</summary>
    public bool Begin(string field)
    {
        if (dialect.NameOf(field) is not { } name)
            return false;
        if (_written is not null && !TryAdd(name))
            return false;
        json.WritePropertyName(name);
        return true;
    }

    /// <summary>Writes the name of a field of the caller's; false if it is written already.</summary>
    public bool BeginExtra(string name)
    {
        if (!TryAdd(name))
            return false;
        json.WritePropertyName(name);
        return true;
    }

    public void Number(string field, float? value)
    {
        if (value is not { } number)
            return;
        RequestJson.Check(number, field);
        if (Begin(field))
            json.WriteNumberValue(number);
    }

    public void Whole(string field, long? value)
    {
        if (value is { } number && Begin(field))
            json.WriteNumberValue(number);
    }

    private bool TryAdd(string name)
    {
        if (OpenAiCompatibleDialect.TwinOf(name) is { } twin && _written!.Contains(twin))
            return false;
        return _written!.Add(name);
    }
}
