using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Registry;

/// <summary>Many providers that block in their disposal, probe or cancellation take none of the pool's threads from the
/// router's disposal and from calls.</summary>
[Collection(Timed.Name)]
public sealed class ForeignPoolTests : IDisposable
{
    private const int Many = 64;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(0.7);
    private readonly ManualResetEventSlim _release = new();
    private int _begun, _ended;

    public void Dispose() => _release.Dispose();

    [Theory]
    [BothModes]
    public async Task A_running_call_goes_on_beside_disposals_that_block_after_an_await(bool streamed)
    {
        await using var router = InOrder(null, Providers());
        await using var other = InOrder(null, new FakeProvider("other", (_, _) => YieldingAsync()));
        router.ReplaceProviders([new(FakeProvider.Answering("b", "ok"))]);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
            (await other.AskAsync(streamed)).Should().Be("ok");
        watch.Elapsed.Should().BeLessThan(Soon);
        await UntilAsync(() => Volatile.Read(ref _begun) == Many);
        (await other.AskAsync(streamed)).Should().Be("ok");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(2.5), "each has a thread to block");
        _release.Set();
        await UntilAsync(() => Volatile.Read(ref _ended) == Many);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_router_s_disposal_waits_its_second_for_disposals_that_block_after_an_await(bool waits)
    {
        var router = InOrder(null, Providers());
        var watch = Stopwatch.StartNew();
        if (waits)
            await router.DisposeAsync();
        else
            router.Dispose();
        watch.Elapsed.Should().BeLessThan(waits ? TimeSpan.FromSeconds(1.5) : TimeSpan.FromSeconds(0.3));
        await UntilAsync(() => Volatile.Read(ref _begun) == Many);
        _release.Set();
        await UntilAsync(() => Volatile.Read(ref _ended) == Many);
    }

    [Fact]
    public async Task Work_that_waits_for_its_own_continuation_gets_on()
    {
        var work = new ForeignWork();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => work.RunAsync(this, static _ =>
        {
            DelayAsync().GetAwaiter().GetResult();
            return default;

            static async Task DelayAsync()
            {
                await Task.Delay(1);
                await Task.Delay(1);
            }
        }))).WaitAsync(Patience);
    }

    [Theory]
    [BothModes]
    public async Task Callbacks_that_block_hold_up_neither_the_disposal_nor_another_call(bool streamed)
    {
        var router = InOrder(null, new FakeProvider("a", (_, token) => RegisteredAsync(token)));
        await using var other = InOrder(null, new FakeProvider("other", (_, _) => YieldingAsync()));
        var calls = Enumerable.Range(0, Many).Select(_ => router.AskAsync(streamed)).ToArray();
        await UntilAsync(() => Volatile.Read(ref _begun) == Many);
        var watch = Stopwatch.StartNew();
        var disposing = router.DisposeAsync().AsTask();
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(0.3));
        (await other.AskAsync(streamed)).Should().Be("ok");
        watch.Elapsed.Should().BeLessThan(Soon);
        await disposing;
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(1.5));
        foreach (var call in calls)
            await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
        _release.Set();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Probes_that_block_hold_up_no_other_call(bool atOnce)
    {
        var providers = Enumerable.Range(0, Many).Select(i => (ILlmProvider)new BlockingProbe($"{i}", atOnce, this)).ToArray();
        var router = InOrder(null, providers);
        await using var other = InOrder(null, new FakeProvider("other", (_, _) => YieldingAsync()));
        var call = router.AskAsync(streamed: false);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
            (await other.AskAsync(streamed: false)).Should().Be("ok");
        watch.Elapsed.Should().BeLessThan(Soon);
        await UntilAsync(() => Volatile.Read(ref _begun) == Many);
        await call.WaitAsync(Patience);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3), "a probe has two seconds");
        _release.Set();
        await router.DisposeAsync();
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> YieldingAsync()
    {
        for (var i = 0; i < 20; i++)
            await Task.Yield();
        yield return Some.Word("ok");
        yield return Some.Finish();
    }

    private async IAsyncEnumerable<ChatResponseUpdate> RegisteredAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var blocking = cancellationToken.UnsafeRegister(_ => _release.Wait(TimeSpan.FromSeconds(4)), null);
        Interlocked.Increment(ref _begun);
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
        yield break;
    }

    private ILlmProvider[] Providers() => [.. Enumerable.Range(0, Many).Select(i => new BlockingLater($"{i}", this))];

    private sealed class BlockingLater(string name, ForeignPoolTests test) : ILlmProvider, IAsyncDisposable
    {
        public ProviderInfo Info { get; } = new(name, "mock", "m");

        public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
            LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return Some.Finish();
        }

        public async ValueTask DisposeAsync()
        {
            await Task.Delay(10);
            Interlocked.Increment(ref test._begun);
            test._release.Wait(TimeSpan.FromSeconds(8));
            await Task.Yield();
            Interlocked.Increment(ref test._ended);
        }
    }

    private sealed class BlockingProbe(string name, bool atOnce, ForeignPoolTests test) : ILlmProvider, IHealthProbe
    {
        public ProviderInfo Info { get; } = new(name, "mock", "m");

        public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
            Some.Answer("ok");

        public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
        {
            if (!atOnce)
                await Task.Delay(10, CancellationToken.None);
            Interlocked.Increment(ref test._begun);
            test._release.Wait(TimeSpan.FromSeconds(4), CancellationToken.None);
            return true;
        }
    }
}
