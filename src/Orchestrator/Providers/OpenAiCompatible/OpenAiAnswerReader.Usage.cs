using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The usage of a chat completion.</summary>
internal sealed partial class OpenAiAnswerReader
{
    private void ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        var usage = new UsageDetails();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("prompt_tokens"u8))
                usage.InputTokenCount = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("completion_tokens"u8))
                usage.OutputTokenCount = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("total_tokens"u8))
                usage.TotalTokenCount = JsonRead.NextCount(ref reader);
            else if (field.SequenceEqual("prompt_tokens_details"u8))
                usage.CachedInputTokenCount = Detail(ref reader, "cached_tokens"u8);
            else if (field.SequenceEqual("completion_tokens_details"u8))
                usage.ReasoningTokenCount = Detail(ref reader, "reasoning_tokens"u8);
            else
                JsonRead.SkipNext(ref reader);
        }

        if (usage.InputTokenCount is not null || usage.OutputTokenCount is not null || usage.TotalTokenCount is not null)
            _usage = usage;
    }

    private static int? Detail(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return null;
        int? count = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual(name))
                count = JsonRead.NextCount(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }

        return count;
    }
}
