using System.Threading.Tasks.Sources;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>The limits' timer against the provider that comes back at that very moment.</summary>
[Collection(StressCollection.Name)]
public class LimitRaceTests
{
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes]
    public async Task A_limit_that_fires_as_the_answer_comes_ends_the_attempt_one_way_only(bool streamed)
    {
        for (var round = 0; round < Effort.Of(300, 2000); round++)
        {
            var answer = new TaskCompletionSource(
                round % 2 == 0 ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
            var time = new FakeTimeProvider();
            await using var router = NewRouter(time, new FakeProvider("a", (_, token) => WhenAsync(answer, token)));
            var call = router.RunAsync(streamed);
            await Race.RunAsync(round, () => answer.TrySetResult(), () => time.Advance(TimeSpan.FromSeconds(10.1)));
            await CheckAsync(router, await call.WaitAsync(Race.Limit), round);
        }
    }

    [Theory]
    [BothModes]
    public async Task A_provider_that_returns_as_it_is_orphaned_answers_or_is_closed_once(bool streamed)
    {
        for (var round = 0; round < Effort.Of(300, 2000); round++)
        {
            var answer = new TaskCompletionSource(
                round % 2 == 0 ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
            var time = new FakeTimeProvider();
            var closed = 0;
            var deaf = new FakeProvider("a", (_, _) => DeafAsync(answer.Task, () => Interlocked.Increment(ref closed)));
            var router = NewRouter(time, deaf);
            var call = router.RunAsync(streamed);
            time.Advance(TimeSpan.FromSeconds(10.1));
            await Race.RunAsync(round, () => answer.TrySetResult(), () => time.Advance(TimeSpan.FromSeconds(1.1)));
            await CheckAsync(router, await call.WaitAsync(Race.Limit), round);
            await UntilAsync(() => Volatile.Read(ref closed) > 0);
            await router.DisposeAsync();
            await UntilAsync(() => deaf.Disposals > 0);
            (closed, deaf.Disposals).Should().Be((1, 1), $"of round {round}");
        }
    }

    [Fact]
    public async Task A_deaf_provider_that_drips_has_one_second_in_all_after_its_limit()
    {
        var drip = new SemaphoreSlim(0);
        var asked = 0;
        var time = new FakeTimeProvider();
        await using var router = NewRouter(time, new FakeProvider("a", (_, _) => DripAsync()));
        var call = router.RouteAsync("hello");
        await UntilAsync(() => Volatile.Read(ref asked) == 1);
        time.Advance(TimeSpan.FromSeconds(10.1));
        for (var i = 1; i <= 3 && !call.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromSeconds(0.4));
            drip.Release();
            var next = i + 1;
            await UntilAsync(() => call.IsCompleted || Volatile.Read(ref asked) == next);
        }

        // The last drop may be on its way while the call goes on elsewhere.
        await Task.WhenAny(call, Task.Delay(TimeSpan.FromSeconds(2)));
        call.IsCompleted.Should().BeTrue();
        (await call).Text.Should().Be("next");
        drip.Release(100);

        async IAsyncEnumerable<ChatResponseUpdate> DripAsync()
        {
            while (true)
            {
                Interlocked.Increment(ref asked);
                await drip.WaitAsync();
                yield return Some.Word("drop ");
            }
        }
    }

    [Theory]
    [BothModes]
    public async Task A_limit_of_years_is_no_limit_and_no_fault(bool streamed)
    {
        var answer = new TaskCompletionSource();
        var time = new FakeTimeProvider();
        var years = TimeSpan.FromDays(3650);
        await using var router = InOrder(
            new()
            {
                Timeouts = new() { FirstToken = TimeSpan.FromSeconds(10), Idle = years, Attempt = years, Call = years, Stream = years },
                Observers = { _log }
            },
            time, null, new FakeProvider("a", (_, token) => WhenAsync(answer, token)));
        var call = router.RunAsync(streamed);
        time.Advance(TimeSpan.FromDays(100));
        answer.SetResult();
        (await call.WaitAsync(Race.Limit)).Text.Should().Be("first");
    }

    [Fact]
    public async Task A_gate_opens_once_whichever_comes_first_and_the_late_one_learns_it()
    {
        for (var round = 0; round < Effort.Of(5_000, 20_000); round++)
        {
            var orphans = 0;
            var gate = new AbandonablePull(() => Interlocked.Increment(ref orphans));
            // Passed a few times before, as by a stream whose updates came in time.
            for (var pass = 0; pass < round % 3; pass++)
                (await PassAsync(gate)).Should().BeTrue();

            var pull = new ManualPull();
            var wait = gate.WaitAsync(new ValueTask<bool>(pull, pull.Version)).AsTask();
            await Race.RunAsync(round, () => pull.SetResult(true), gate.Orphan);
            var returned = await wait.WaitAsync(Race.Limit);
            if (returned)
                gate.Result().Should().BeTrue();
            await UntilAsync(() => pull.IsRead || !returned);
            Volatile.Read(ref orphans).Should().Be(returned ? 0 : 1, $"of round {round}");
            gate.Orphan();
        }

        static async Task<bool> PassAsync(AbandonablePull gate)
        {
            var pull = new ManualPull();
            var wait = gate.WaitAsync(new ValueTask<bool>(pull, pull.Version));
            pull.SetResult(true);
            return await wait && gate.Result();
        }
    }

    private Router NewRouter(FakeTimeProvider time, FakeProvider first) => InOrder(
        new()
        {
            Strategy = RoutingStrategy.FirstAvailable,
            Timeouts = new() { Attempt = TimeSpan.FromSeconds(10), FirstToken = Timeout.InfiniteTimeSpan },
            Observers = { _log }
        },
        time, null, first, FakeProvider.Answering("b", "next"));

    private static async Task CheckAsync(Router router, (string Text, RouteResult Route) call, int round)
    {
        var outcomes = call.Route.Attempts.Select(a => (a.Provider.Name, a.Outcome, a.Error?.Kind));
        if (call.Text == "first")
            outcomes.Should().Equal([("a", AttemptOutcome.Succeeded, null)], $"of round {round}");
        else
            outcomes.Should().Equal(
                [("a", AttemptOutcome.Failed, LlmErrorKind.Timeout), ("b", AttemptOutcome.Succeeded, null)], $"of round {round}");
        // An orphaned provider is in flight until it has closed.
        await UntilAsync(() => router.GetMetrics().Values.All(m => m.InFlight == 0));
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> WhenAsync(
        TaskCompletionSource answer, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        await using (token.UnsafeRegister(static (a, t) => ((TaskCompletionSource)a!).TrySetCanceled(t), answer))
            await answer.Task.ConfigureAwait(false);
        yield return new ChatResponseUpdate(ChatRole.Assistant, "first") { FinishReason = ChatFinishReason.Stop };
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> DeafAsync(Task answer, Action closed)
    {
        try
        {
            await answer.ConfigureAwait(false);
            yield return new ChatResponseUpdate(ChatRole.Assistant, "first") { FinishReason = ChatFinishReason.Stop };
        }
        finally
        {
            closed();
        }
    }

    /// <summary>A pull that may be read once, as pooled ones may.</summary>
    private sealed class ManualPull : IValueTaskSource<bool>
    {
        private ManualResetValueTaskSourceCore<bool> _core;
        private int _reads;

        public short Version => _core.Version;

        public bool IsRead => Volatile.Read(ref _reads) == 1;

        public void SetResult(bool result) => _core.SetResult(result);

        public bool GetResult(short token)
        {
            if (Interlocked.Increment(ref _reads) > 1)
                throw new InvalidOperationException("read twice");
            return _core.GetResult(token);
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
