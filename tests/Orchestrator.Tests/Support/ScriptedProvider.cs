using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>A provider whose next outcome the test sets, and whose time passes on the test's clock.</summary>
internal sealed class ScriptedProvider(string name, Action<TimeSpan> pass) : ILlmProvider
{
    private int _calls;

    public ProviderInfo Info { get; init; } = new(name, "mock", "m");

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Null answers.</summary>
    public LlmErrorKind? Fails { get; set; }

    public TimeSpan BeforeFirst { get; set; }

    public TimeSpan AfterFirst { get; set; }

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        await Task.CompletedTask;
        pass(BeforeFirst);
        if (Fails is { } kind)
            throw new LlmException(kind, "failed on purpose");
        yield return Some.Word("ok");
        pass(AfterFirst);
        yield return Some.Finish();
        yield return Some.Usage(3, 1);
    }

    /// <summary>Runs a call for every letter: <c>s</c> succeeds, <c>f</c> fails.</summary>
    public async Task PlayAsync(Router router, string outcomes, LlmErrorKind kind = LlmErrorKind.ServerError)
    {
        foreach (var outcome in outcomes)
        {
            Fails = outcome == 'f' ? kind : null;
            try
            {
                await router.RouteAsync("hello", new ChatOptions { ModelId = Info.Name });
            }
            catch (LlmException) when (Fails is not null)
            {
                // As the script says.
            }
        }

        Fails = null;
    }
}

/// <summary>A clock whose timestamps go wherever the test sends them, also back. Its timers never fire.</summary>
internal sealed class SteppingClock : TimeProvider
{
    private readonly TimeProvider _timers = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
    private long _now = TimeSpan.FromDays(1).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _timers.CreateTimer(callback, state, dueTime, period);

    public void Step(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);
}
