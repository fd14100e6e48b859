using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>The process is stopped for a while, as a paused container is:
/// at its return every timer that was due meanwhile fires at once.</summary>
[Collection(StressCollection.Name)]
public sealed class FreezeTests
{
    private const int Calls = 20;

    [Theory]
    [BothModes]
    public async Task After_a_pause_of_the_process_every_call_is_answered_and_one_provider_failed_at_most(bool streamed)
    {
        // Past the limit that is due first, for a shorter pause harms no call.
        var pause = (streamed ? TimeoutOptions.Default.FirstToken : TimeoutOptions.Default.Attempt)!.Value + TimeSpan.FromSeconds(1);
        var time = new FakeTimeProvider();
        var frozen = new FakeProvider("frozen", (_, token) => Some.Silence(token));
        var other = FakeProvider.Answering("other", "ok");
        await using var router = InOrder(null, time, null, frozen, other);
        var calls = Enumerable.Range(0, Calls).Select(_ => router.AskAsync(streamed)).ToArray();
        await UntilAsync(() => frozen.Calls == Calls);

        time.Advance(pause);
        // A call may have asked its provider and not set its limit yet; its time begins after the pause.
        for (var i = 0; i < 200 && !Array.TrueForAll(calls, c => c.IsCompleted); i++)
        {
            await Task.Delay(10);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        (await Task.WhenAll(calls).WaitAsync(Race.Limit)).Should().OnlyContain(t => t == "ok");
        router.GetMetrics()["other"].FailedRequests.Should().Be(0);
        router.GetMetrics().Values.Count(m => m.Health == ProviderHealth.Unhealthy).Should().BeLessThanOrEqualTo(1);
        // Its cool-down may be over on a slow machine: then this is its trial, and meets a limit too.
        var next = router.AskAsync(streamed);
        for (var i = 0; i < 2000 && !next.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        (await next.WaitAsync(Race.Limit)).Should().Be("ok");
    }

    [Fact]
    public async Task A_stream_under_way_goes_on_after_a_pause_of_the_process_as_if_nothing_had_been()
    {
        var time = new FakeTimeProvider();
        var goOn = new TaskCompletionSource();
        var provider = new FakeProvider("a", (_, _) => PausedAsync(goOn.Task));
        await using var router = InOrder(null, time, null, provider, FakeProvider.Answering("other", "no"));
        var text = "";
        await foreach (var update in router.RouteStreamAsync("hello"))
        {
            text += update.Text;
            if (text != "one ")
                continue;
            time.Advance(TimeSpan.FromSeconds(11));
            goOn.TrySetResult();
        }

        text.Should().Be("one two");
        router.GetMetrics()["a"].FailedRequests.Should().Be(0);
    }

    private static async IAsyncEnumerable<Microsoft.Extensions.AI.ChatResponseUpdate> PausedAsync(Task goOn)
    {
        yield return Some.Word("one ");
        await goOn;
        yield return Some.Word("two");
        yield return Some.Finish();
    }
}
