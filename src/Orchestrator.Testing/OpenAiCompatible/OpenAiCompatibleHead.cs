using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>What every chunk and every answer begins with.</summary>
internal sealed record OpenAiCompatibleHead(string Id, string Model, long Created)
{
    public void Write(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", Id);
        json.WriteString("object", kind);
        json.WriteNumber("created", Created);
        json.WriteString("model", Model);
    }

    /// <summary>The same with nothing in it, as Azure's first chunk has it.</summary>
    public static void WriteEmpty(Utf8JsonWriter json)
    {
        json.WriteString("id", "");
        json.WriteString("object", "");
        json.WriteNumber("created", 0);
        json.WriteString("model", "");
    }
}

/// <summary>A tool call as it is sent.</summary>
internal sealed record SentCall(string Id, string Name, string Arguments, string? Signature);

/// <summary>A delta of a stream.</summary>
/// <param name="Write">Writes its properties.</param>
/// <param name="SoFar">The text up to here; null when the delta has none.</param>
internal readonly record struct MessageDelta(Action<Utf8JsonWriter> Write, string? SoFar = null);
