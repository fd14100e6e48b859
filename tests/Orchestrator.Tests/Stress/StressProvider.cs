using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Stress;

/// <summary>
/// Answers, fails, stalls and gets cut as the dice of the call say, and keeps a ledger of its own, so that the router's numbers are
/// compared with numbers that no code of the router has touched.
/// </summary>
internal sealed class StressProvider(
    StressRun run, string name, string model, int serial, int? permits) : ILlmProvider, IHealthProbe, IAsyncDisposable
{
    private static readonly LlmErrorKind[] Kinds = Enum.GetValues<LlmErrorKind>();
    private int _running;
    private int _disposals;

    public ProviderInfo Info { get; } =
        new(name, "stress", model) { PrefersStreaming = name is "beta" or "delta", MaxConcurrency = permits };

    public int Disposals => Volatile.Read(ref _disposals);

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        if (Disposals > 0)
            run.Complain($"{name}.{serial} was asked after it was disposed");
        var text = request.Messages[^1].Text;
        var call = run.Call(int.Parse(text.AsSpan(text.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
        var dice = new Dice(run.Seed, call.Id, name[0] + (call.Asked.Count * 100));
        var asked = new AskedAttempt(this, $"{name}.{serial}:{call.Id}:{call.Asked.Count}", 1 + dice.Below(6));
        if (run.Exclusions.WasSurelySince(name, call.Started) && !run.Plan.ListChanges)
            run.Complain($"call {call.Id}: {name} was asked though it was left out before the call began");
        call.Asked.Add(asked);
        if (dice.Percent(0.5))
            throw Failing(asked, new InvalidOperationException("scripted: no sequence"), LlmErrorKind.Unknown);
        var running = Interlocked.Increment(ref _running);
        if (running > permits)
            run.Complain($"{name}.{serial} has {permits} permits and was asked by {running} at once");
        return AnswerAsync(call, asked, request.Streaming, dice, cancellationToken);
    }

    /// <summary>Asked once for each instance, so that calls wait for it, and get cancelled doing so, only while the list changes.</summary>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        return serial % 4 != 0;
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Increment(ref _disposals) > 1)
            run.Complain($"{name}.{serial} was disposed twice");
        if (Volatile.Read(ref _running) != 0)
            run.Complain($"{name}.{serial} was disposed while {_running} requests ran");
        return default;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
        StressCall call, AskedAttempt asked, bool streaming, Dice dice, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var throwsOnClose = dice.Percent(10);
        asked.Ending = Ending.Left;
        try
        {
            var yields = dice.Percent(30);
            if (dice.Percent(15))
                await Task.Yield();
            else if (dice.Percent(0.3))
                await Task.Delay(dice.Below(2), CancellationToken.None);
            Obey(call, asked, 0, cancellationToken);
            if (call.Cancel == CancelBy.Elsewhere && dice.Percent(50))
                await HangAsync(asked, cancellationToken);

            // 0-6 fail at once, 7-10 are cut, 11 ends empty, the rest answers.
            var fate = dice.Below(50);
            if (fate < 7)
                throw Failure(asked, ref dice);
            if (fate == 11)
            {
                if (dice.Percent(50))
                {
                    asked.GaveFinish = true;
                    yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop };
                }

                asked.Ending = Ending.Completed;
                yield break;
            }

            if (fate > 20 && dice.Percent(streaming ? 5 : 60))
            {
                yield return Whole(asked, ref dice);
                asked.Ending = Ending.Completed;
                yield break;
            }

            var cut = fate is >= 7 and <= 10;
            var words = cut ? dice.Below(asked.Words) : asked.Words;
            if (dice.Percent(10))
                yield return new ChatResponseUpdate(ChatRole.Assistant, "");
            if (dice.Percent(5))
                yield return new ChatResponseUpdate { Contents = [new UsageContent(asked.Report(dice.Below(50), null))] };
            for (var i = 0; i < words; i++)
            {
                if (yields)
                    await Task.Yield();
                Obey(call, asked, i + 1, cancellationToken);
                asked.GivenWords++;
                yield return new ChatResponseUpdate(ChatRole.Assistant, asked.Word(i));
            }

            if (cut)
                throw Cut(asked, ref dice);
            if (dice.Percent(10))
            {
                asked.GivenToolCalls++;
                yield return new ChatResponseUpdate(ChatRole.Assistant, [
                    new FunctionCallContent(asked.Word(99), "look_up", new Dictionary<string, object?> { ["where"] = "here" })]);
            }

            asked.GaveFinish = true;
            asked.GaveRefusal = dice.Percent(2);
            yield return new ChatResponseUpdate
            {
                FinishReason = asked.GaveRefusal ? ChatFinishReason.ContentFilter : ChatFinishReason.Stop
            };
            if (dice.Percent(3))
                throw Failing(asked, new IOException("scripted: cut after the mark"), LlmErrorKind.StreamInterrupted);
            for (var reports = dice.Percent(80) ? 1 + dice.Below(2) : 0; reports > 0; reports--)
            {
                var details = asked.Report(dice.Percent(97) ? dice.Below(2000) : null, dice.Percent(97) ? dice.Below(3000) : null);
                yield return new ChatResponseUpdate { Contents = [new UsageContent(details)] };
            }

            asked.Ending = Ending.Completed;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            if (asked.Ending == Ending.Left && throwsOnClose)
                FailToClose();
        }
    }

    private static void FailToClose() => throw new InvalidOperationException("scripted: failed to close");

    private static ChatResponseUpdate Whole(AskedAttempt asked, ref Dice dice)
    {
        asked.GivenWords = asked.Words;
        asked.GaveFinish = true;
        asked.Whole = new ChatResponse(new ChatMessage(ChatRole.Assistant, asked.Text(asked.Words)))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = dice.Percent(80) ? asked.Report(dice.Below(2000), dice.Below(3000)) : null,
        };
        return new ChatResponseUpdate { RawRepresentation = asked.Whole };
    }

    /// <summary>Where the script says so the caller cancels from inside; and a provider that was cancelled stops.</summary>
    private void Obey(StressCall call, AskedAttempt asked, int step, CancellationToken cancellationToken)
    {
        if (call.Cancel == CancelBy.Provider && call.Step == step)
            call.Source!.Cancel();
        if (!cancellationToken.IsCancellationRequested)
            return;
        asked.Ending = Ending.SawCancel;
        if (!call.WasCancelled)
            run.Complain($"call {call.Id}: its token fired although it was not cancelled");
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task HangAsync(AskedAttempt asked, CancellationToken cancellationToken)
    {
        asked.Ending = Ending.SawCancel;
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    private Exception Failure(AskedAttempt asked, ref Dice dice)
    {
        switch (dice.Below(10))
        {
            case 0:
                return Failing(asked, new OperationCanceledException("scripted: gave up by itself"), LlmErrorKind.Timeout);
            case 1:
                return Failing(asked, new HttpRequestException("scripted: gone", new SocketException((int)SocketError.ConnectionReset)),
                    LlmErrorKind.Unavailable);
            case 2:
                return Failing(asked, new JsonException("scripted: not JSON"), LlmErrorKind.MalformedResponse);
            case 3:
                return Failing(asked, new DivideByZeroException("scripted: foreign"), LlmErrorKind.Unknown);
            default:
                var kind = Kinds[dice.Below(Kinds.Length)];
                // Not at all, within what a call waits for, and beyond that and what counts.
                TimeSpan? retryAfter = kind != LlmErrorKind.RateLimited ? null : dice.Below(3) switch
                {
                    0 => null,
                    1 => TimeSpan.FromMilliseconds(1 + dice.Below(2)),
                    _ => TimeSpan.FromMilliseconds(20),
                };
                if (run.Exclusions.LengthOf(kind, retryAfter) is var (length, hold))
                {
                    run.Exclusions.Begin(name);
                    asked.Excludes = (TimeProvider.System.GetTimestamp(), length, hold);
                }

                return Failing(asked, new LlmException(kind, $"scripted: {kind} at {name}.{serial}") { RetryAfter = retryAfter }, kind);
        }
    }

    private static Exception Cut(AskedAttempt asked, ref Dice dice) => dice.Below(3) switch
    {
        0 => Failing(
            asked, new IOException("scripted: cut"), asked.GaveAnything ? LlmErrorKind.StreamInterrupted : LlmErrorKind.Unavailable),
        1 => Failing(asked, new LlmException(LlmErrorKind.StreamInterrupted, "scripted: cut"), LlmErrorKind.StreamInterrupted),
        _ => Failing(asked, new TaskCanceledException("scripted: cut by itself"), LlmErrorKind.Timeout),
    };

    private static Exception Failing(AskedAttempt asked, Exception error, LlmErrorKind kind)
    {
        asked.Ending = Ending.Threw;
        asked.Kind = kind;
        return error;
    }
}
