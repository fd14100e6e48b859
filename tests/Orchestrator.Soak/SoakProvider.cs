using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Stress;

namespace Orchestrator.Soak;

/// <summary>Answers and fails as the dice and the weather say, keeps the ledger, and watches what only a provider can see.</summary>
internal sealed class SoakProvider(ProviderSet owner, string name, long serial) : ILlmProvider, IAsyncDisposable
{
    private readonly Trials _trials = new();
    private int _running;
    private int _disposals;
    private long _removedAt;

    public ProviderInfo Info { get; } = new(name, "soak", name + "-1")
    {
        PrefersStreaming = name is "beta" or "delta" or "narrow",
        MaxConcurrency = ProviderSet.PermitsOf(name),
    };

    /// <summary>From now on no attempt begins here.</summary>
    public void IsRemoved() => Volatile.Write(ref _removedAt, Clock.Now);

    /// <summary>An attempt ended that was this provider's trial.</summary>
    public void WasTrial(Asked asked)
    {
        if (!asked.WasDeaf && !_trials.TryAdd(asked.At, asked.Ended))
            owner.Violations.Add($"{name}.{serial}: two trials ran at the same time");
    }

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        var call = (SoakCall)request.Messages[^1].RawRepresentation!;
        var removedAt = Volatile.Read(ref _removedAt);
        if (removedAt != 0 && call.Floor > removedAt)
            owner.Violations.Add($"{name}.{serial} was asked by call {call.Id} after it was removed");
        if (Volatile.Read(ref _disposals) > 0)
            owner.Violations.Add($"{name}.{serial} was asked after it was disposed");
        owner.CountAsked(name);
        var asked = new Asked(this, owner.NextAttempt(), Clock.Now);
        call.Asked.Add(asked);
        var running = Interlocked.Increment(ref _running);
        if (Info.MaxConcurrency is { } most && running > most)
            owner.Violations.Add($"{name}.{serial} had {running} running, {most} allowed");
        var dice = new Dice(owner.Seed, call.Id, name[0] + name.Length + (call.Asked.Count * 100));
        var script = Script.Of(ref dice, owner.WeatherOf(name, asked.At), mayBeDeaf: Info.MaxConcurrency is null);
        asked.Words = script.Words;
        if (script.Mishap != Mishap.NoSequence)
            return AnswerAsync(call, asked, script, cancellationToken);
        End(call, asked, Seen.Threw);
        throw new InvalidOperationException("scripted: no sequence");
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Increment(ref _disposals) != 1)
            owner.Violations.Add($"{name}.{serial} was disposed twice");
        if (Volatile.Read(ref _running) != 0)
            owner.Violations.Add($"{name}.{serial} was disposed while requests ran");
        owner.Closed(this);
        return default;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
        SoakCall call, Asked asked, Script script, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = Seen.Left;
        try
        {
            if (script.Yields)
                await Task.Yield();
            if (script.Delay > 0)
                await Task.Delay(script.Delay, CancellationToken.None);
            for (var i = 0; i < script.Words && i < script.FailsAt; i++)
            {
                asked.Given++;
                yield return new ChatResponseUpdate(ChatRole.Assistant, asked.Word(i));
            }

            switch (script.Mishap)
            {
                case Mishap.None:
                    break;
                case Mishap.Silent:
                    end = Seen.Cancelled;
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                    break;
                case Mishap.Deaf or Mishap.DeafLong:
                    asked.WasDeaf = true;
                    await WhenCancelledAsync(cancellationToken);
                    await Task.Delay(script.Mishap == Mishap.Deaf ? 3 : 1200, CancellationToken.None);
                    end = Seen.Threw;
                    throw new IOException("scripted: late");
                case Mishap.NothingSaid:
                    end = Seen.Completed;
                    yield break;
                case Mishap.Null:
                    yield return null!;
                    break;
                default:
                    end = Seen.Threw;
                    throw script.Error!;
            }

            asked.GaveFinish = true;
            (asked.Prompt, asked.Completion) = (script.Prompt, script.Completion);
            yield return Last(script);
            if (script.BreaksAfterTheEnd)
                throw new IOException("scripted: broken after the end");
            end = Seen.Completed;
        }
        finally
        {
            if (script.ClosesLate)
                await Task.Delay(script.Delay + 1, CancellationToken.None);
            End(call, asked, end);
        }
    }

    private void End(SoakCall call, Asked asked, Seen end)
    {
        Interlocked.Decrement(ref _running);
        asked.End = end;
        asked.Ended = Clock.Now;
        // A deaf one may come back long after its call has gone on elsewhere.
        if (!asked.WasDeaf)
            call.Floor = asked.Ended;
    }

    private static ChatResponseUpdate Last(in Script script)
    {
        var last = new ChatResponseUpdate(ChatRole.Assistant, (string?)null)
        {
            FinishReason = script.Refuses ? ChatFinishReason.ContentFilter : ChatFinishReason.Stop
        };
        if (script.Prompt is not null || script.Completion is not null)
            last.Contents.Add(new UsageContent(new UsageDetails { InputTokenCount = script.Prompt, OutputTokenCount = script.Completion }));
        return last;
    }

    private static async Task WhenCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.UnsafeRegister(static c => ((TaskCompletionSource)c!).TrySetResult(), cancelled))
            await cancelled.Task;
    }
}
