using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>A part of a tool call, as one event brings it.</summary>
internal struct OpenAiCompatibleCallPart
{
    public int? Index { get; set; }

    public string? Id { get; private set; }

    public string? Name { get; private set; }

    public string? Arguments { get; private set; }

    /// <summary>Members that the protocol does not know, which go back with the call; null for none.</summary>
    public JsonObject? Members { get; private set; }

    /// <summary>Whether an unknown member says anything.</summary>
    public bool Says { get; private set; }

    public void Read(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                Index = JsonRead.NextCount(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                Id = JsonRead.NextText(ref reader);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadFunction(ref reader);
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                JsonRead.SkipNext(ref reader);
            }
            else
            {
                Keep(ref reader);
            }
        }
    }

    /// <summary>Name and arguments.</summary>
    public void ReadFunction(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                Name = JsonRead.NextText(ref reader);
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                reader.Read();
                // By the protocol a string; some servers send an object, as Ollama's protocol does.
                Arguments = reader.TokenType == JsonTokenType.StartObject ? ToolJson.Raw(ref reader) : JsonRead.Piece(ref reader);
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }
    }

    /// <summary>Keeps a member that is an object, as vendors add their own: <c>extra_content</c>.</summary>
    private void Keep(ref Utf8JsonReader reader)
    {
        var look = reader;
        look.Read();
        if (look.TokenType != JsonTokenType.StartObject || BrokenText.IsIn(reader.ValueSpan, reader.ValueIsEscaped))
        {
            Says |= JsonRead.SkipNextSaying(ref reader);
            return;
        }

        var name = reader.GetString()!;
        reader.Read();
        if (VendorMember.Read(ref reader) is { } value)
            (Members ??= [])[name] = value;
        Says = true;
    }
}
