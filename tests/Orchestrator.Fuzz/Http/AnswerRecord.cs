using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Fuzz;

/// <summary>What came of one reading, boiled down so that two readings can be compared, and checked on the way.</summary>
internal sealed class AnswerRecord
{
    private HashCode _print;

    /// <summary>Events that were passed over.</summary>
    public int Unreadable { get; private set; }

    public int Print => _print.ToHashCode();

    public void Add(ChatResponseUpdate update)
    {
        if (update.RawRepresentation is MalformedEvent malformed)
        {
            Unreadable++;
            LlmErrorOracle.Check(malformed.Error);
            return;
        }

        _print.Add(update.FinishReason?.Value);
        foreach (var content in update.Contents)
            Add(content);
        if (update.RawRepresentation is ChatResponse { Usage: { } usage })
            Add(usage);
    }

    private void Add(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                _print.Add(text.Text);
                break;
            case TextReasoningContent thought:
                _print.Add(thought.Text);
                break;
            case FunctionCallContent call:
                _print.Add(call.Name);
                _print.Add(call.Arguments?.Count);
                break;
            case UsageContent usage:
                Add(usage.Details);
                break;
        }
    }

    private void Add(UsageDetails usage)
    {
        foreach (var count in (ReadOnlySpan<long?>)[
            usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount, usage.CachedInputTokenCount, usage.ReasoningTokenCount])
        {
            if (count < 0)
                throw new FuzzFailure("a negative count of tokens");
            _print.Add(count);
        }
    }
}
