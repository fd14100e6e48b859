using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>The mock's answer to one request, before it is split into updates.</summary>
internal readonly record struct MockReply(string Text, IReadOnlyList<FunctionCallContent> ToolCalls, UsageDetails? Usage)
{
    public ChatFinishReason FinishReason => ToolCalls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;

    public static MockReply To(LlmRequest request, MockOptions options, string? scripted)
    {
        var calls = options.ToolCalls.Count > 0 && request.Messages[^1].Role != ChatRole.Tool ? options.ToolCalls : [];
        var text = scripted ?? options.Reply ?? options.ReplyFactory?.Invoke(request)
            ?? (calls.Count > 0 ? "" : $"Mock response to: {RequestFault.Guard(request.Messages, PromptOf, CancellationToken.None)}");
        return new(text, calls, UsageOf(request, options, text));
    }

    public ChatResponse Whole(string model)
    {
        var contents = Text.Length > 0 || ToolCalls.Count == 0 ? new List<AIContent> { new TextContent(Text) } : [];
        AddToolCalls(contents);
        return new(new ChatMessage(ChatRole.Assistant, contents)) { ModelId = model, FinishReason = FinishReason, Usage = Usage };
    }

    // Copies, because a caller that invokes the tool calls marks them as done, and the next reply has the same calls.
    public void AddToolCalls(IList<AIContent> contents)
    {
        foreach (var call in ToolCalls)
        {
            contents.Add(new FunctionCallContent(call.CallId, call.Name, call.Arguments)
            {
                AdditionalProperties = call.AdditionalProperties,
                RawRepresentation = call.RawRepresentation,
            });
        }
    }

    /// <summary>The end of the word that starts at <paramref name="start"/>. White space belongs to the word after it; at the end of the
    /// text, to the last one.</summary>
    public static int EndOfWord(string text, int start)
    {
        var end = SkipSpace(text, start);
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
            end++;
        return SkipSpace(text, end) == text.Length ? text.Length : end;
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at;
    }

    private static string PromptOf(IReadOnlyList<ChatMessage> messages)
    {
        for (var i = messages.Count - 1; i >= 0; i--)
        {
            if (messages[i].Role == ChatRole.User)
                return messages[i].Text;
        }

        return messages[^1].Text;
    }

    private static UsageDetails? UsageOf(LlmRequest request, MockOptions options, string text)
    {
        if (options.Usage is { } usage)
            return usage.ToDetails(Details(usage.PromptTokens, usage.CompletionTokens, usage.CachedTokens, usage.ReasoningTokens));
        return options.ReportUsage ? Details(RequestFault.Guard(request, WordsSent, CancellationToken.None), WordsIn(text)) : null;
    }

    private static int WordsSent(LlmRequest request) =>
        request.Messages.Sum(m => WordsIn(m.Text))
        + WordsIn(request.Options?.Instructions ?? "")
        + (request.Options?.Tools ?? []).OfType<AITool>().Sum(t => WordsIn(t.Name) + WordsIn(t.Description));

    private static UsageDetails Details(int prompt, int completion, int cached = 0, int reasoning = 0) => new()
    {
        InputTokenCount = prompt,
        OutputTokenCount = completion,
        TotalTokenCount = (long)prompt + completion,
        CachedInputTokenCount = cached,
        ReasoningTokenCount = reasoning,
    };

    private static int WordsIn(string text)
    {
        var words = 0;
        for (var at = SkipSpace(text, 0); at < text.Length; at = EndOfWord(text, at))
            words++;
        return words;
    }
}
