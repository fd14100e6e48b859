using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Registry;

/// <summary>A provider's disposal, and what it registered for its cancellation, hold up neither a call, nor the list,
/// nor the router's end.</summary>
[Collection(Timed.Name)]
public sealed class ForeignDisposalTests : IDisposable
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);
    private readonly ManualResetEventSlim _release = new();
    private readonly AttemptLog _log = new();
    private readonly ForeignWork _work = new();

    public void Dispose() => _release.Dispose();

    [Theory]
    [InlineData(Kind.Sync)]
    [InlineData(Kind.Async)]
    public async Task The_router_s_disposal_waits_a_second_in_all_for_providers_that_block(Kind kind)
    {
        var all = Enumerable.Range(0, 3).Select(i => New(kind, $"{i}")).ToList();
        var router = InOrder(null, [.. all]);
        await router.StartMetricsServerAsync(0);
        var watch = Stopwatch.StartNew();
        await router.DisposeAsync();
        watch.Elapsed.Should().BeLessThan(AtOnce);
        await UntilAsync(() => all.TrueForAll(p => p.Begun == 1));
        _release.Set();
        await UntilAsync(() => all.TrueForAll(p => p.Ended == 1));
    }

    [Theory]
    [InlineData(Kind.Sync)]
    [InlineData(Kind.Async)]
    public async Task Dispose_waits_for_no_provider(Kind kind)
    {
        var all = Enumerable.Range(0, 3).Select(i => New(kind, $"{i}")).ToList();
        var router = InOrder(null, [.. all]);
        var watch = Stopwatch.StartNew();
        router.Dispose();
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(0.5));
        await UntilAsync(() => all.TrueForAll(p => p.Begun == 1));
        _release.Set();
        await UntilAsync(() => all.TrueForAll(p => p.Ended == 1));
    }

    [Theory]
    [InlineData(Kind.Sync)]
    [InlineData(Kind.Async)]
    public async Task Removing_and_replacing_wait_for_no_provider(Kind kind)
    {
        var (a, b) = (New(kind, "a"), New(kind, "b"));
        await using var router = InOrder(null, a, b);
        var watch = Stopwatch.StartNew();
        router.RemoveProvider("a");
        router.ReplaceProviders([new(FakeProvider.Answering("c", "ok"))]);
        watch.Elapsed.Should().BeLessThan(AtOnce);
        (await router.AskAsync(streamed: false)).Should().Be("ok");
        await UntilAsync(() => a.Begun + b.Begun == 2);
        _release.Set();
    }

    [Theory]
    [InlineData(Kind.Sync, 2)]
    [InlineData(Kind.Sync, 24)]
    [InlineData(Kind.Async, 2)]
    [InlineData(Kind.Async, 24)]
    public async Task Many_disposals_that_block_take_no_thread_from_the_calls_and_all_begin(Kind kind, int count)
    {
        var all = Enumerable.Range(0, count).Select(i => New(kind, $"{i}")).ToArray();
        await using var router = InOrder(null, all);
        await router.AskAsync(streamed: false);
        var watch = Stopwatch.StartNew();
        router.ReplaceProviders([new(new FakeProvider("other", (_, _) => YieldingAsync()))]);
        (await router.AskAsync(streamed: false)).Should().Be("ok");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(0.5));
        await UntilAsync(() => Array.TrueForAll(all, p => p.Begun == 1));
        watch.Elapsed.Should().BeLessThan(AtOnce, "none waits for another to end");
        _release.Set();
    }

    [Fact]
    public async Task Quick_disposals_share_a_thread_also_beside_one_that_blocks()
    {
        var threads = new ConcurrentDictionary<int, bool>();
        var all = Enumerable.Range(0, 500).Select(_ => new Quick(threads)).ToArray();
        var blocked = _work.RunAsync(_release, static release =>
        {
            release.Wait(TimeSpan.FromSeconds(8));
            return default;
        });
        await Task.WhenAll(all.Select(q => _work.RunAsync(q, static quick => quick.DisposeAsync()))).WaitAsync(Patience);
        threads.Should().HaveCountLessThan(10);
        blocked.IsCompleted.Should().BeFalse();
        _release.Set();
        await blocked.WaitAsync(Patience);
    }

    [Fact]
    public async Task What_a_disposal_throws_and_leaves_in_its_context_is_its_own()
    {
        var local = new AsyncLocal<string?>();
        await FluentActions.Awaiting(() => _work.RunAsync(local, static l =>
        {
            l.Value = "left";
            throw new InvalidOperationException("broken");
        })).Should().ThrowAsync<InvalidOperationException>();
        var seen = new string?[1];
        await _work.RunAsync(seen, s =>
        {
            s[0] = local.Value;
            return default;
        });
        seen[0].Should().BeNull();
    }

    [Theory]
    [BothModes(Kind.Sync)]
    [BothModes(Kind.Async)]
    public async Task The_last_call_of_a_removed_provider_does_not_wait_for_its_disposal(Kind kind, bool streamed)
    {
        var gate = new TaskCompletionSource();
        var a = New(kind, "a", gate.Task);
        await using var router = InOrder(null, a);
        var call = router.AskAsync(streamed);
        router.RemoveProvider("a");
        var watch = Stopwatch.StartNew();
        gate.SetResult();
        (await call.WaitAsync(Patience)).Should().Be("ok");
        watch.Elapsed.Should().BeLessThan(AtOnce);
        await UntilAsync(() => a.Begun == 1);
        _release.Set();
    }

    [Theory]
    [BothModes]
    public async Task A_provider_s_callback_that_blocks_holds_up_neither_the_canceller_nor_others(bool streamed)
    {
        using var cancel = new CancellationTokenSource();
        var a = new FakeProvider("a", (_, token) => RegisteredAsync(token));
        await using var router = InOrder(new() { Observers = { _log } }, a, FakeProvider.Answering("b", "ok"));
        var call = router.AskAsync(streamed, cancellationToken: cancel.Token);
        await UntilAsync(() => a.Calls == 1);
        var watch = Stopwatch.StartNew();
        cancel.Cancel();
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(0.5), "a caller that cancels waits for no provider");
        (await router.AskAsync(streamed, new() { ModelId = "b" }).WaitAsync(Patience)).Should().Be("ok");
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        watch.Elapsed.Should().BeLessThan(AtOnce + AtOnce);
        _release.Set();
    }

    [Theory]
    [BothModes]
    public async Task A_provider_s_callback_that_blocks_does_not_hold_up_the_router_s_disposal(bool streamed)
    {
        var a = new FakeProvider("a", (_, token) => RegisteredAsync(token));
        var router = InOrder(null, a);
        var call = router.AskAsync(streamed);
        await UntilAsync(() => a.Calls == 1);
        var watch = Stopwatch.StartNew();
        await router.DisposeAsync();
        watch.Elapsed.Should().BeLessThan(AtOnce);
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
        _release.Set();
    }

    [Fact]
    public async Task What_an_orphaned_provider_does_when_it_closes_does_not_hold_up_its_return_to_the_list()
    {
        var clock = new HandClock();
        var a = new HandProvider("a");
        a.OnClose = () =>
        {
            _release.Wait();
            return Task.CompletedTask;
        };
        using var cancel = new CancellationTokenSource();
        await using var router = InOrder(null, clock, null, a);
        var call = router.AskAsync(streamed: false, cancellationToken: cancel.Token);
        cancel.Cancel();
        clock.Pass(1);
        clock.Timer.Fire();
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        var returned = Task.Run(a.End);
        await returned.WaitAsync(Patience);
        router.GetMetrics()["a"].InFlight.Should().Be(1);
        _release.Set();
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 0);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> RegisteredAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var blocking = cancellationToken.UnsafeRegister(_ => _release.Wait(TimeSpan.FromSeconds(8)), null);
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
        yield break;
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> YieldingAsync()
    {
        for (var i = 0; i < 20; i++)
            await Task.Yield();
        yield return Some.Word("ok");
        yield return Some.Finish();
    }

    private Blocking New(Kind kind, string name, Task? gate = null) =>
        kind == Kind.Sync ? new BlockingSync(name, _release, gate) : new BlockingAsync(name, _release, gate);

    private sealed class Quick(ConcurrentDictionary<int, bool> threads) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            threads[Environment.CurrentManagedThreadId] = true;
            return default;
        }
    }

    public enum Kind
    {
        Sync,
        Async,
    }

    private abstract class Blocking(string name, ManualResetEventSlim release, Task? gate) : ILlmProvider
    {
        private int _begun, _ended;

        public ProviderInfo Info { get; } = new(name, "mock", "m");

        public int Begun => Volatile.Read(ref _begun);

        public int Ended => Volatile.Read(ref _ended);

        public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
            LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await (gate ?? Task.CompletedTask);
            yield return Some.Word("ok");
            yield return Some.Finish();
        }

        protected void Block()
        {
            Interlocked.Increment(ref _begun);
            release.Wait(TimeSpan.FromSeconds(8));
            Interlocked.Increment(ref _ended);
        }
    }

    private sealed class BlockingSync(string name, ManualResetEventSlim release, Task? gate) : Blocking(name, release, gate), IDisposable
    {
        public void Dispose() => Block();
    }

    private sealed class BlockingAsync(
        string name, ManualResetEventSlim release, Task? gate) : Blocking(name, release, gate), IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Block();
            return default;
        }
    }
}
