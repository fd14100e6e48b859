using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator.Lab;

/// <summary>Calls of every kind, several at a time. Everything the server answers is compared with what it must answer.</summary>
internal sealed class MixedCalls(LabOptions options, Router router, Ledger ledger, Findings findings)
{
    private enum Kind
    {
        Buffered,
        Collected,
        Streamed,
        Conversation,
        StreamedConversation,
        Cut,
        StreamedCut,
        Abandoned,
        CancelledStream,
        CancelledBuffered,
    }

    private static readonly Kind[] Kinds = Enum.GetValues<Kind>();

    public async Task RunAsync()
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForAsync(0, options.Calls, new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency },
            async (number, _) => await OneAsync(number));
        foreach (var kind in Kinds)
            findings.Note(Name(kind), $"{(options.Calls - (int)kind + Kinds.Length - 1) / Kinds.Length} calls");
        findings.Note(Name(Kind.Buffered), $"all calls took {clock.Elapsed.TotalSeconds:F1} s, {options.Concurrency} at a time");
        if (options.Expected is null)
            findings.Note(Name(Kind.Buffered), "texts and token numbers are not compared without --expected");
    }

    private static string Name(Kind kind) => $"calls: {kind}";

    private async Task OneAsync(int number)
    {
        var kind = Kinds[number % Kinds.Length];
        var outcome = "failure";
        try
        {
            outcome = await AskAsync(kind, number);
        }
        catch (OperationCanceledException) when (kind is Kind.CancelledStream or Kind.CancelledBuffered)
        {
            outcome = "cancelled";
        }
#pragma warning disable CA1031 // Whatever a call throws is a finding, and the others go on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            findings.Check(
                Name(kind), false, $"call {number} threw {error.GetType().Name}, {(error as LlmException)?.Kind}: {Cause(error)}");
        }

        ledger.AddCall(outcome);
    }

    private async Task<string> AskAsync(Kind kind, int number)
    {
        var messages = kind is Kind.Conversation or Kind.StreamedConversation ? Prompts.Conversation(number) : Prompts.Single(number);
        // Several calls of a kind, several lengths; never as long as the whole answer.
        var limit = kind is Kind.Cut or Kind.StreamedCut ? 1 + number / Kinds.Length % 24 : (int?)null;
        var request = new LlmRequest(messages)
        {
            Options = limit is null ? null : new ChatOptions { MaxOutputTokens = limit },
            Streaming = kind == Kind.Collected,
        };
        if (kind is Kind.Abandoned or Kind.CancelledStream)
            return await LeaveAsync(kind, number, request);

        using var cancel = new CancellationTokenSource();
        if (kind == Kind.CancelledBuffered)
            cancel.CancelAfter(TimeSpan.FromMilliseconds(1 + number / Kinds.Length % 60));
        var answer = await Answer.AskAsync(
            router, request, kind is Kind.Streamed or Kind.StreamedConversation or Kind.StreamedCut, cancellationToken: cancel.Token);
        Compare(kind, number, messages, limit, answer);
        return "success";
    }

    private async Task<string> LeaveAsync(Kind kind, int number, LlmRequest request)
    {
        using var cancel = new CancellationTokenSource();
        var text = new StringBuilder();
        var left = 1 + number / Kinds.Length % 8;
        await foreach (var update in router.RouteStreamAsync(request, cancel.Token))
        {
            text.Append(update.Text);
            if (update.Text.Length == 0 || --left > 0)
                continue;
            findings.Check(Name(kind), options.Expected is null || options.Expected.StartsWith(text.ToString(), StringComparison.Ordinal),
                $"call {number}: the beginning differs.");
            if (kind == Kind.Abandoned)
                return "abandoned";
            await cancel.CancelAsync();
        }

        findings.Check(Name(kind), false, $"call {number}: the stream went on to its end after it was cancelled.");
        return "success";
    }

    private void Compare(Kind kind, int number, List<ChatMessage> messages, int? limit, Answer answer)
    {
        var section = Name(kind);
        var usage = answer.Route.Usage;
        findings.Equal(section, $"call {number}, source of usage", UsageSource.Provider, usage.Source);
        findings.Equal(section, $"call {number}, finish reason", limit is null ? ChatFinishReason.Stop : ChatFinishReason.Length,
            answer.Finish ?? default);
        findings.Equal(section, $"call {number}, attempts", 1, answer.Route.Attempts.Count);
        findings.Check(section, usage.CachedTokens <= usage.PromptTokens,
            $"call {number}: {usage.CachedTokens} cached tokens of {usage.PromptTokens}.");
        findings.Check(section, answer.Route.Cost == Setup.Priced.Price!.CostOf(usage), $"call {number}: a cost of {answer.Route.Cost}.");
        if (limit is { } most)
            findings.Equal(section, $"call {number}, tokens of an answer cut at {most}", most, usage.CompletionTokens);
        if (options.Expected is not { } expected)
            return;
        findings.Equal(section, $"call {number}, prompt tokens", Prompts.Tokens(messages), usage.PromptTokens);
        if (limit is null)
        {
            findings.Equal(section, $"call {number}, completion tokens", options.CompletionTokens, usage.CompletionTokens);
            findings.Check(section, Bytes(answer.Text).SequenceEqual(Bytes(expected)),
                $"call {number}: {answer.Text.Length} characters that are not the {expected.Length} expected ones.");
        }
        else
        {
            findings.Check(section, answer.Text.Length > 0 && expected.StartsWith(answer.Text, StringComparison.Ordinal),
                $"call {number}: cut at {limit} tokens, {answer.Text.Length} characters that do not begin the expected text.");
        }
    }

    /// <summary>An attempt's own error says more than the call's.</summary>
    private static string Cause(Exception error)
    {
        var cause = error is AllProvidersFailedException { Attempts: [.., { Error: { } last }] } ? last : error;
        return $"{cause.Message} <- {cause.InnerException?.Message} <- {cause.InnerException?.InnerException?.Message}";
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
