using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>What an answer used.</summary>
internal static class GigaChatUsage
{
    /// <summary>Reads the value after the property's name; null when it has no numbers.</summary>
    public static UsageDetails? Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return null;
        int? prompt = null, cached = null, completion = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("prompt_tokens"u8))
                prompt = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("precached_prompt_tokens"u8))
                cached = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("completion_tokens"u8))
                completion = JsonRead.NextCount(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        if (prompt is null && completion is null)
            return null;
        // The vendor's prompt tokens are those it bills, without the cached ones.
        long? input = prompt + (long)(cached ?? 0);
        return new UsageDetails
        {
            InputTokenCount = input,
            CachedInputTokenCount = cached,
            OutputTokenCount = completion,
            TotalTokenCount = input + completion,
        };
    }
}
