using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Registry;

/// <summary>Adding, removing, replacing and disposing, while calls run.</summary>
public class ProviderListTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly AttemptLog _log = new();

    [Fact]
    public async Task Removing_says_whether_there_was_one_and_totals_come_back_with_the_name()
    {
        await using var router = InOrder(null, FakeProvider.Answering("a", "ok"));
        await router.RouteAsync("hello");
        router.RemoveProvider("a").Should().BeTrue();
        router.RemoveProvider("a").Should().BeFalse();
        router.GetMetrics().Should().BeEmpty();

        router.AddProvider(FakeProvider.Answering("a", "again"));
        await router.RouteAsync("hello");
        router.GetMetrics()["a"].SuccessfulRequests.Should().Be(2);
    }

    [Fact]
    public async Task Replacing_keeps_totals_by_name_and_health_by_instance()
    {
        var failing = true;
        FakeProvider Sometimes(string name) =>
            new(name, (_, _) => failing ? Some.Failure(new LlmException(LlmErrorKind.ServerError, "x")) : Some.Answer("ok"));
        var (stays, goes) = (Sometimes("stays"), Sometimes("goes"));
        await using var router = InOrder(null, _time, null, stays, goes);
        // Each alone, as there is no budget here for a second attempt at an ejected one.
        for (var i = 0; i < 10; i++)
            await router.FailAsync<AllProvidersFailedException>(
                streamed: false, new ChatOptions { ModelId = i % 2 == 0 ? "stays" : "goes" });
        router.GetMetrics().Values.Should().OnlyContain(m => m.Health == ProviderHealth.Unhealthy);

        failing = false;
        router.ReplaceProviders([new(Sometimes("goes")), new(stays), new(FakeProvider.Answering("new", "ok"))]);
        router.Providers.Select(p => p.Name).Should().Equal("goes", "stays", "new");
        var metrics = router.GetMetrics();
        metrics.Values.Select(m => (m.Provider, m.FailedRequests, m.Health)).Should().BeEquivalentTo(
            [("goes", 5L, ProviderHealth.Healthy), ("stays", 5L, ProviderHealth.Unhealthy), ("new", 0L, ProviderHealth.Healthy)]);
        goes.Disposals.Should().Be(1);
        stays.Disposals.Should().Be(0, "the same instance stays");
    }

    [Theory]
    [BothModes]
    public async Task A_provider_is_disposed_when_it_was_removed_and_its_last_attempt_has_ended(bool streamed)
    {
        var release = new TaskCompletionSource();
        var a = new FakeProvider("a", (_, _) => AnswerWhenAsync(release.Task));
        await using var router = InOrder(new() { Observers = { _log } }, a);
        var calls = Enumerable.Range(0, 3).Select(_ => router.AskAsync(streamed)).ToArray();
        await UntilAsync(() => a.Calls == 3);
        router.GetMetrics()["a"].InFlight.Should().Be(3);
        router.RemoveProvider("a");
        a.Disposals.Should().Be(0, "three attempts run");
        (await router.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.NoCandidate);

        release.SetResult();
        (await Task.WhenAll(calls)).Should().OnlyContain(t => t == "late");
        await UntilAsync(() => a.Disposals == 1);
        _log.Attempts.Should().HaveCount(3).And.OnlyContain(x => x.Outcome == AttemptOutcome.Succeeded);
    }

    [Fact]
    public async Task An_instance_that_stays_through_a_replacement_is_disposed_once_at_the_end()
    {
        var a = FakeProvider.Answering("a", "ok");
        var router = InOrder(null, a);
        router.ReplaceProviders([new(a), new(FakeProvider.Answering("b", "ok"))]);
        router.ReplaceProviders([new(a)]);
        await router.RouteAsync("hello");
        a.Disposals.Should().Be(0);
        await router.DisposeAsync();
        a.Disposals.Should().Be(1);
    }

    [Fact]
    public async Task A_provider_left_open_is_never_disposed_by_removing_or_replacing()
    {
        var (a, b) = (FakeProvider.Answering("a", "ok"), FakeProvider.Answering("b", "ok"));
        await using var router = new Router().AddProvider(a, leaveOpen: true).AddProvider(b, leaveOpen: true);
        router.RemoveProvider("a");
        router.ReplaceProviders([]);
        (a.Disposals, b.Disposals).Should().Be((0, 0));
    }

    [Fact]
    public async Task A_provider_that_can_only_be_disposed_at_once_is_so_once()
    {
        var disposals = 0;
        var router = new Router().AddProvider(new SyncProvider("a", () => disposals++))
            .AddProvider(new SyncProvider("b", () => disposals++));
        router.RemoveProvider("a");
        await UntilAsync(() => Volatile.Read(ref disposals) == 1);
        await router.DisposeAsync();
        disposals.Should().Be(2);
    }

    [Fact]
    public async Task A_provider_that_throws_while_it_is_closed_is_logged_and_harms_no_other()
    {
        var logs = new Logs();
        var router = InOrder(null, null, logs, new SyncProvider("a", () => throw new InvalidOperationException("on purpose")),
            FakeProvider.Answering("b", "ok"));
        router.RemoveProvider("a").Should().BeTrue();
        (await router.AskAsync(streamed: false)).Should().Be("ok");
        await router.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        logs.Named("llm_provider_close_failed").Should().ContainSingle().Which.Exception.Should().BeOfType<InvalidOperationException>();
    }

    [Theory]
    [BothModes]
    public async Task No_call_is_lost_while_the_list_is_replaced_again_and_again(bool streamed)
    {
        var made = new System.Collections.Concurrent.ConcurrentBag<FakeProvider>();
        FakeProvider Make(string name)
        {
            FakeProvider provider = null!;
            provider = new FakeProvider(name, (_, _) => AnswerUnlessDisposedAsync(() => provider.Disposals));
            made.Add(provider);
            return provider;
        }

        var router = new Router(new RouterOptions { Observers = { _log } });
        router.AddProvider(Make("a")).AddProvider(Make("b"));
        using var stop = new CancellationTokenSource();
        var replacing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                router.ReplaceProviders([new(Make("a")), new(Make("b"))]);
                router.AddProvider(Make($"c{i % 3}"));
                router.RemoveProvider($"c{i % 3}");
                await Task.Yield();
            }
        });
        var calls = Enumerable.Range(0, 500).Select(_ => Task.Run(() => router.AskAsync(streamed))).ToArray();
        var texts = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await replacing;

        texts.Should().HaveCount(500).And.OnlyContain(t => t == "ok");
        _log.Attempts.Should().HaveCount(500, "no provider was asked twice").And.OnlyContain(a => a.Outcome == AttemptOutcome.Succeeded);
        router.GetMetrics().Values.Should().OnlyContain(m => m.InFlight == 0);
        await router.DisposeAsync();
        await UntilAsync(() => made.All(p => p.Disposals == 1));
    }

    [Theory]
    [BothModes]
    public async Task Disposing_ends_running_calls_with_ObjectDisposedException_counted_as_cancelled(bool streamed)
    {
        var silent = FakeProvider.Silent("silent");
        var router = InOrder(new() { Observers = { _log } }, _time, null, silent);
        var calls = Enumerable.Range(0, 20).Select(_ => router.AskAsync(streamed)).ToArray();
        await UntilAsync(() => silent.Calls == 20);
        await router.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));

        foreach (var call in calls)
            await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<ObjectDisposedException>();
        _log.Attempts.Should().HaveCount(20).And.OnlyContain(a => a.Outcome == AttemptOutcome.Cancelled && a.Error == null);
        silent.Disposals.Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task Disposing_waits_at_most_a_second_for_a_provider_that_ignores_its_token(bool streamed)
    {
        var release = new TaskCompletionSource();
        var deaf = new FakeProvider("deaf", (_, _) => AnswerWhenAsync(release.Task));
        var router = InOrder(new() { Observers = { _log } }, _time, null, deaf);
        var call = router.AskAsync(streamed);
        await UntilAsync(() => deaf.Calls == 1);
        var disposal = router.DisposeAsync().AsTask();
        await Task.Delay(20);
        disposal.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        await disposal.WaitAsync(TimeSpan.FromSeconds(10));

        await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<ObjectDisposedException>();
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Cancelled);
        deaf.Disposals.Should().Be(0, "it still runs");
        release.SetResult();
        await UntilAsync(() => deaf.Disposals == 1);
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_a_consumer_that_sits_on_a_stream_which_then_ends_as_disposed()
    {
        var a = FakeProvider.Answering("a", "one ", "two");
        var router = InOrder(new() { Observers = { _log } }, _time, null, a);
        await using var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        (await stream.MoveNextAsync()).Should().BeTrue();
        var disposal = router.DisposeAsync().AsTask();
        await Task.Delay(20);
        _time.Advance(TimeSpan.FromSeconds(1));
        await disposal.WaitAsync(TimeSpan.FromSeconds(10));
        await FluentActions.Awaiting(() => stream.MoveNextAsync().AsTask()).Should().ThrowAsync<ObjectDisposedException>();
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Cancelled);
        await UntilAsync(() => a.Disposals == 1);
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> AnswerWhenAsync(Task release)
    {
        await release;
        yield return Some.Word("late");
        yield return Some.Finish();
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> AnswerUnlessDisposedAsync(Func<int> disposals)
    {
        for (var i = 0; i < 5; i++)
        {
            await Task.Yield();
            ObjectDisposedException.ThrowIf(disposals() > 0, typeof(FakeProvider));
        }

        yield return Some.Word("ok");
        await Task.Yield();
        ObjectDisposedException.ThrowIf(disposals() > 0, typeof(FakeProvider));
        yield return Some.Finish();
    }
}
