using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What is left is cancelled, keeps its permit until its code has ended, and is closed then.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its providers hold nothing.")]
public class OrphanedProviderTests
{
    private readonly HandClock _clock = new();
    private readonly AttemptLog _log = new();
    private readonly HandProvider _a = new("a");

    [Theory]
    [BothModes]
    public async Task An_orphaned_provider_keeps_its_permit_until_its_code_has_ended(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        await using var router = New(_a, FakeProvider.Answering("b", "b"));
        await LeaveAsync(router, streamed, cancel);

        var metrics = router.GetMetrics()["a"];
        (metrics.InFlight, metrics.CancelledRequests).Should().Be((1, 1L));
        router.Explain(new LlmRequest("hello") { Options = new() { ModelId = "a" } }).Candidates.Should().ContainSingle()
            .Which.Availability.Should().Be(ProviderAvailability.AtCapacity);
        (await router.AskAsync(streamed)).Should().Be("b", "a has no permit to give");

        _a.End();
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
        metrics = router.GetMetrics()["a"];
        (metrics.TotalRequests, metrics.CancelledRequests, metrics.RecentErrorRate, _a.Closes).Should().Be((1L, 1L, 0.0, 1));
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_waits_for_the_permit_of_an_orphaned_provider_is_woken_when_it_returns(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var answers = false;
        var a = new FakeProvider("a", (r, t) => answers ? Some.Answer("ok") : _a.GenerateAsync(r, t));
        await using var router = New(a);
        await LeaveAsync(router, streamed, cancel);
        answers = true;
        var next = router.AskAsync(streamed);
        await UntilAsync(() => router.GetMetrics()["a"].Queued == 1);
        a.Calls.Should().Be(1);
        _a.End();
        (await next.WaitAsync(Patience)).Should().Be("ok");
    }

    [Fact]
    public async Task Another_instance_under_the_name_has_all_of_its_permits_and_the_same_one_has_not()
    {
        using var cancel = new CancellationTokenSource();
        await using var router = New(_a);
        await LeaveAsync(router, streamed: false, cancel);
        router.ReplaceProviders([new(_a, One)]);
        router.GetMetrics()["a"].InFlight.Should().Be(1);
        router.ReplaceProviders([new(FakeProvider.Answering("a", "new"), One)]);
        (await router.AskAsync(streamed: false)).Should().Be("new");
        _a.Disposals.Should().Be(0, "it still runs");
        router.GetMetrics()["a"].InFlight.Should().Be(0, "what was orphaned on the old instance is not counted");
        _a.End();
        await UntilAsync(() => _a.Disposals == 1);
        router.GetMetrics()["a"].InFlight.Should().Be(0);
        (await router.AskAsync(streamed: false)).Should().Be("new");
    }

    [Fact]
    public async Task A_provider_whose_end_waits_for_its_token_is_cancelled_when_its_reader_leaves()
    {
        var closed = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, token) => EndingWithItsTokenAsync(closed, token));
        await using var router = New(a);
        await foreach (var update in router.RouteStreamAsync("hello"))
            break;
        await closed.Task.WaitAsync(Patience);
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
        router.GetMetrics()["a"].AbandonedRequests.Should().Be(1);
        await router.DisposeAsync();
        a.Disposals.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task A_provider_that_does_not_close_is_cancelled_when_its_second_is_over(bool streamed)
    {
        var closed = new TaskCompletionSource();
        _a.OnClose = async () =>
        {
            await Task.Delay(Timeout.Infinite, _a.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            closed.SetResult();
        };
        await using var router = New(_a);
        var call = router.AskAsync(streamed);
        _a.Give("ok");
        _a.End();
        _clock.Pass(1);
        _clock.Timer.Fire();
        (await call.WaitAsync(Patience)).Should().Be("ok");
        await closed.Task.WaitAsync(Patience);
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_disposed_while_an_update_is_awaited_gives_its_permit_back(bool hears)
    {
        var a = new FakeProvider("a", (r, t) => hears ? FirstThenSilenceAsync(t) : _a.GenerateAsync(r, t));
        await using var router = New(a);
        var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var first = stream.MoveNextAsync().AsTask();
        if (!hears)
            _a.Give("one");
        (await first.WaitAsync(Patience)).Should().BeTrue();
        var pending = stream.MoveNextAsync().AsTask();
        await FluentActions.Awaiting(() => stream.DisposeAsync().AsTask()).Should().ThrowAsync<NotSupportedException>();
        if (!hears)
        {
            _a.Token.IsCancellationRequested.Should().BeTrue();
            _a.Give("two");
            (await pending.WaitAsync(Patience)).Should().BeTrue("it came");
        }
        else
        {
            await FluentActions.Awaiting(() => pending.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        }

        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
        (await stream.MoveNextAsync()).Should().BeFalse();
        await stream.DisposeAsync();
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Abandoned);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_disposed_while_its_call_waits_ends_at_once(bool forPermit)
    {
        var clock = new VirtualClock();
        var (held, failing) = (new Held("a", 1), new Script("a", clock, Script.Error(LlmErrorKind.ServerError)));
        var retry = new RetryOptions { MinDelay = TimeSpan.FromSeconds(10), MaxDelay = TimeSpan.FromSeconds(10) };
        await using var router = InOrder(new() { Retry = retry }, clock, null, forPermit ? held : failing);
        var first = forPermit ? router.AskAsync(streamed: false) : null;
        await UntilAsync(() => !forPermit || held.Running == 1);
        var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        var pending = stream.MoveNextAsync().AsTask();
        await UntilAsync(() => forPermit ? router.GetMetrics()["a"].Queued == 1 : clock.Waiting > 0);
        await FluentActions.Awaiting(() => stream.DisposeAsync().AsTask()).Should().ThrowAsync<NotSupportedException>();
        await FluentActions.Awaiting(() => pending.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        router.GetMetrics()["a"].Queued.Should().Be(0);
        held.Release();
        if (first is not null)
            (await first.WaitAsync(Patience)).Should().Be("a");
    }

    [Theory]
    [BothModes(ClockUse.Create)]
    [BothModes(ClockUse.Change)]
    [BothModes(ClockUse.Read)]
    public async Task A_provider_that_runs_is_not_closed_though_the_clock_fails(object broken, bool streamed)
    {
        var clock = new CountingClock();
        await using var router = InOrder(new() { Observers = { _log } }, clock, null, _a);
        _a.OnPull = () => clock.On = use =>
        {
            if (use.Equals(broken))
                throw new InvalidOperationException("on purpose");
        };
        await FluentActions.Awaiting(() => router.AskAsync(streamed).WaitAsync(Patience)).Should().ThrowAsync<Exception>();
        clock.On = null;
        (_a.Closes, router.GetMetrics()["a"].InFlight).Should().Be((0, 1), "it runs");
        _a.Token.IsCancellationRequested.Should().BeTrue();
        _a.End();
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
        _a.Closes.Should().Be(1);
        _log.Attempts.Should().ContainSingle();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restarted_stream_leaves_the_provider_that_broke_with_its_permit(bool comesBack)
    {
        await using var router = InOrder(
            new() { Observers = { _log }, MidStream = MidStreamMode.Restart, Timeouts = new() { Idle = TimeSpan.FromSeconds(5) } }, _clock,
            null, _a, FakeProvider.Answering("b", "b"));
        var text = ReadAsync(router);
        _a.Give("one ");
        _clock.Pass(5);
        _clock.Timer.Fire();
        _clock.Pass(1);
        _clock.Timer.Fire();
        (await text.WaitAsync(Patience)).Should().Be("one b");
        router.GetMetrics()["a"].InFlight.Should().Be(1);
        if (comesBack)
            _a.Give("two");
        else
            _a.Fail(new IOException("on purpose"));
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
        router.GetMetrics()["a"].FailedRequests.Should().Be(1);
    }

    private static ProviderOptions One { get; } = new() { MaxConcurrency = 1 };

    private static async Task<string> ReadAsync(Router router)
    {
        var text = "";
        await foreach (var update in router.RouteStreamAsync("hello").ConfigureAwait(false))
            text += update.Text;
        return text;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> EndingWithItsTokenAsync(
        TaskCompletionSource closed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return Some.Word("one");
            yield return Some.Word("two");
        }
        finally
        {
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException)
            {
            }

            closed.SetResult();
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> FirstThenSilenceAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Some.Word("one");
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }

    /// <summary>A call that is cancelled, and whose provider does not care.</summary>
    private async Task LeaveAsync(Router router, bool streamed, CancellationTokenSource cancel)
    {
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await cancel.CancelAsync();
        _clock.Pass(1);
        _clock.Timer.Fire();
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
    }

    private Router New(params ILlmProvider[] providers)
    {
        var router = InOrder(new() { Observers = { _log } }, _clock, null);
        foreach (var provider in providers)
            router.AddProvider(provider, One);
        return router;
    }
}
