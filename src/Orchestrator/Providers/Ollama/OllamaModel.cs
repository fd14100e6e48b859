using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>What Ollama says of a model. Immutable.</summary>
/// <param name="ContextLength">The longest context the model was trained for, in tokens; <see langword="null"/> when unknown.</param>
/// <param name="Capabilities">What it can do beyond text.</param>
public sealed record OllamaModel(int? ContextLength, ProviderCapabilities Capabilities)
{
    /// <summary>Whether it is a chat model. Servers that do not list abilities have only chat models.</summary>
    internal bool IsChat { get; init; } = true;

    internal static OllamaModel Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, JsonRead.Options);
        int? context = null;
        var capabilities = ProviderCapabilities.None;
        var isChat = true;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("model_info"u8))
                context = ReadContext(ref reader) ?? context;
            else if (reader.ValueTextEquals("capabilities"u8))
                capabilities = ReadCapabilities(ref reader, out isChat);
            else if (reader.ValueTextEquals("error"u8))
                RefuseError(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        while (reader.Read())
        {
        }

        return new OllamaModel(context, capabilities) { IsChat = isChat };
    }

    private static int? ReadContext(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return null;
        int? context = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // The name begins with the architecture: llama.context_length, qwen3.context_length …
            var isContext = reader.GetString()!.EndsWith(".context_length", StringComparison.Ordinal);
            reader.Read();
            if (isContext)
                context = JsonRead.Count(ref reader);
            else
                reader.Skip();
        }

        return context;
    }

    private static ProviderCapabilities ReadCapabilities(ref Utf8JsonReader reader, out bool isChat)
    {
        reader.Read();
        // Every model supports schemas: the server constrains the sampling.
        var found = ProviderCapabilities.StructuredOutput;
        isChat = true;
        if (!JsonRead.TryEnterArray(ref reader))
            return found;
        var (completes, embeds) = (false, false);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var capability = JsonRead.Text(ref reader);
            completes |= capability == "completion";
            embeds |= capability == "embedding";
            found |= capability switch
            {
                "tools" => ProviderCapabilities.Tools,
                "vision" => ProviderCapabilities.Images,
                "thinking" => ProviderCapabilities.Reasoning,
                _ => ProviderCapabilities.None,
            };
        }

        isChat = completes || !embeds;
        return found;
    }

    private static void RefuseError(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Null)
            throw new JsonException("An error was reported in place of a model.");
    }
}
