using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>A stream in the hands of a consumer that does not play by the rules, and of a thread that does not either.</summary>
[Collection(StressCollection.Name)]
public class EnumeratorTests
{
    private readonly AttemptLog _log = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    public async Task A_stream_disposed_twice_and_moved_after_that_ends_once(int updates)
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router =
            InOrder(new() { Observers = { _log } }, FakeProvider.Answering("a", "one ", "two ", "three")).ExportingTo(registry);
        var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        for (var i = 0; i < updates; i++)
            await stream.MoveNextAsync();
        for (var i = 0; i < 3; i++)
        {
            await stream.DisposeAsync();
            (await stream.MoveNextAsync()).Should().BeFalse();
        }

        _log.Attempts.Should().HaveCount(updates == 0 ? 0 : 1);
        router.GetMetrics()["a"].InFlight.Should().Be(0);
        (await Exposition.ReadAsync(registry)).Sum("llm_calls_total")
            .Should().Be(updates == 0 ? 0 : 1, "a stream that was not asked for anything is no call");
    }

    [Fact]
    public async Task A_stream_left_without_disposal_holds_up_neither_other_calls_nor_the_end_of_the_router()
    {
        var provider = new FakeProvider("a", (_, _) => Some.Answer("one ", "two "));
        var router = InOrder(new() { Observers = { _log } }, provider);
        var left = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        (await left.MoveNextAsync()).Should().BeTrue();

        (await router.AskAsync(streamed: true)).Should().Be("one two ");
        var begun = TimeProvider.System.GetTimestamp();
        await router.DisposeAsync().AsTask().WaitAsync(Race.Limit);
        TimeProvider.System.GetElapsedTime(begun).Should().BeLessThan(TimeSpan.FromSeconds(3), "it waits for a second at most");
    }

    [Fact]
    public async Task A_stream_that_threw_is_over()
    {
        await using var router = InOrder(new() { Observers = { _log } }, FakeProvider.CutAfter("a", () => new IOException("cut"), "one "));
        var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        (await stream.MoveNextAsync()).Should().BeTrue();
        await Assert.ThrowsAsync<LlmException>(() => stream.MoveNextAsync().AsTask());
        (await stream.MoveNextAsync()).Should().BeFalse();
        await stream.DisposeAsync();
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Failed);
    }

    [Fact]
    public async Task A_stream_disposed_while_an_update_is_awaited_says_so_and_ends_with_that_update()
    {
        var release = new TaskCompletionSource();
        await using var router = InOrder(new() { Observers = { _log } }, new FakeProvider("a", (_, _) => AfterAsync(release.Task)));
        var stream = router.RouteStreamAsync("hello").GetAsyncEnumerator();
        (await stream.MoveNextAsync()).Should().BeTrue();
        var moving = stream.MoveNextAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.MoveNextAsync().AsTask());
        await Assert.ThrowsAsync<NotSupportedException>(() => stream.DisposeAsync().AsTask());

        release.SetResult();
        (await moving.WaitAsync(Race.Limit)).Should().BeTrue();
        stream.Current.Text.Should().Be("two");
        router.GetMetrics()["a"].InFlight.Should().Be(0, "that update has closed it");
        (await stream.MoveNextAsync()).Should().BeFalse();
        await stream.DisposeAsync();
        _log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(AttemptOutcome.Abandoned);

        static async IAsyncEnumerable<ChatResponseUpdate> AfterAsync(Task release)
        {
            yield return Some.Word("one ");
            await release;
            yield return Some.Word("two");
            yield return Some.Finish();
        }
    }

    [Theory]
    [BothModes]
    public async Task A_thread_with_a_context_is_never_needed_to_go_on(bool streamed)
    {
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => SlowAsync()));
        var posts = new CountingContext();
        // The thread blocks, as one with a message loop would: whatever is posted to it never runs.
        var blocked = Task.Factory.StartNew(
            () =>
            {
                SynchronizationContext.SetSynchronizationContext(posts);
                var call = streamed ? ReadAsync() : router.RouteAsync("hello").ContinueWith(t => t.Result.Text, TaskScheduler.Default);
                return call.Wait(Race.Limit) ? call.Result : "hung";
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        (await blocked.WaitAsync(TimeSpan.FromSeconds(60))).Should().Be("one two ");
        posts.Count.Should().Be(0);

        async Task<string> ReadAsync()
        {
            var text = "";
            await foreach (var update in router.RouteStreamAsync("hello").ConfigureAwait(false))
                text += update.Text;
            return text;
        }

        static async IAsyncEnumerable<ChatResponseUpdate> SlowAsync()
        {
            foreach (var word in new[] { "one ", "two " })
            {
                await Task.Delay(5).ConfigureAwait(false);
                yield return Some.Word(word);
            }

            yield return Some.Finish();
        }
    }

    [Theory]
    [BothModes]
    public async Task A_null_among_the_contents_is_a_malformed_answer_and_the_next_provider_is_asked(bool streamed)
    {
        var broken = new FakeProvider("a", (_, _) => Some.Updates(new ChatResponseUpdate { Contents = [null!, new TextContent("x")] }));
        await using var router = InOrder(new() { Observers = { _log } }, broken, FakeProvider.Answering("b", "ok"));
        (await router.RunAsync(streamed)).Text.Should().Be("ok");
        _log.Attempts[0].Error!.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task A_clock_may_stand_at_zero()
    {
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = InOrder(
            new(), new HandClock { Start = TimeSpan.Zero }, null,
            FakeProvider.CutAfter("a", () => new IOException("cut"), "one ")).ExportingTo(registry);
        await router.FailAsync<LlmException>(streamed: true);
        (await Exposition.ReadAsync(registry)).Sum("llm_calls_total", "outcome=\"failure\"").Should().Be(1);
    }

    private sealed class CountingContext : SynchronizationContext
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override void Post(SendOrPostCallback d, object? state) => Interlocked.Increment(ref _count);

        public override void Send(SendOrPostCallback d, object? state) => Interlocked.Increment(ref _count);
    }
}
