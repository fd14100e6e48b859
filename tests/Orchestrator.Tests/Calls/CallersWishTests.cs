using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A limit that the request made tighter is the caller's wish and no failure of the provider; but silence adds up.</summary>
public class CallersWishTests
{
    private static readonly TimeSpan Tight = TimeSpan.FromMilliseconds(5);
    private readonly VirtualClock _clock = new();

    public static TheoryData<string, bool> TightLimits
    {
        get
        {
            var rows = new TheoryData<string, bool>();
            foreach (var streamed in (bool[])[false, true])
            {
                rows.Add(nameof(TimeoutOptions.Attempt), streamed);
                rows.Add(nameof(TimeoutOptions.Call), streamed);
            }

            rows.Add(nameof(TimeoutOptions.FirstToken), true);
            rows.Add(nameof(TimeoutOptions.Idle), true);
            rows.Add(nameof(TimeoutOptions.Stream), true);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(TightLimits))]
    public async Task No_tight_limit_of_one_caller_ejects_a_provider_for_the_others(string limit, bool streamed)
    {
        var talks = limit is nameof(TimeoutOptions.Idle) or nameof(TimeoutOptions.Stream);
        await using var router = InOrder(
            null, _clock, null, talks ? Talking("a") : FakeProvider.Silent("a"), FakeProvider.Answering("b", "b"));
        for (var i = 0; i < 10; i++)
            await FailAsync(router, Limited(limit, Tight), streamed);
        router.GetMetrics().Values.Should().OnlyContain(m => m.IsAvailable && m.RecentErrorRate == 0);
    }

    [Theory]
    [MemberData(nameof(TightLimits))]
    public async Task A_limit_that_is_the_provider_s_own_blames_it_as_before(string limit, bool streamed)
    {
        if (limit == nameof(TimeoutOptions.Call))
            return;
        var talks = limit is nameof(TimeoutOptions.Idle) or nameof(TimeoutOptions.Stream);
        var a = talks ? Talking("a") : FakeProvider.Silent("a");
        await using var router = InOrder(
            new() { Timeouts = Limited(limit, Tight) }, _clock, null, a, FakeProvider.Answering("b", "b"));
        await FailAsync(router, Limited(limit, Tight), streamed);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(1);
    }

    [Fact]
    public async Task A_connect_limit_of_the_caller_is_its_wish_and_a_time_out_of_the_server_is_not()
    {
        var late = new FakeProvider("a", (_, _) => Some.Failure(new LlmException(LlmErrorKind.Timeout, "not connected")));
        await using var router = InOrder(null, _clock, null, late);
        await FailAsync(router, Limited(nameof(TimeoutOptions.Connect), Tight), streamed: false);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);
        await FailAsync(router, null, streamed: false);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(1);

        var gateway = new FakeProvider("a", (_, _) => Some.Failure(new LlmException(LlmErrorKind.Timeout, "504") { StatusCode = 504 }));
        await using var other = InOrder(null, _clock, null, gateway);
        await FailAsync(other, Limited(nameof(TimeoutOptions.Connect), Tight), streamed: false);
        other.GetMetrics()["a"].RecentErrorRate.Should().Be(1);
    }

    [Fact]
    public async Task What_a_provider_throws_when_a_tight_limit_cancels_it_is_no_failure_either()
    {
        var a = new FakeProvider("a", (_, token) => ThrowsWhenCancelledAsync(token));
        await using var router = InOrder(null, _clock, null, a);
        await FailAsync(router, Limited(nameof(TimeoutOptions.Attempt), Tight), streamed: true);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);

        static async IAsyncEnumerable<ChatResponseUpdate> ThrowsWhenCancelledAsync([EnumeratorCancellation] CancellationToken token)
        {
            await Task.Delay(Timeout.Infinite, token).ContinueWith(static _ => { }, TaskScheduler.Default);
            throw new IOException("the stream was closed");
#pragma warning disable CS0162 // It makes this a sequence.
            yield break;
#pragma warning restore CS0162
        }
    }

    // First token 10 s, attempt 60 s.
    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 60)]
    public async Task Silence_that_has_lasted_the_provider_s_own_limit_is_one_failure(bool streamed, int seconds)
    {
        await using var router = InOrder(null, _clock, null, FakeProvider.Silent("a"));
        var limits = Limited(nameof(TimeoutOptions.Attempt), TimeSpan.FromSeconds(2));
        for (var i = 1; i <= 3 * seconds / 2; i++)
        {
            await FailAsync(router, limits, streamed);
            var failures = i * 2 / seconds;
            var metrics = router.GetMetrics()["a"];
            metrics.Ejections.Should().Be(failures == 3 ? 1 : 0);
            (metrics.RecentErrorRate > 0).Should().Be(failures > 0 && (streamed || metrics.RecentErrorRate > 0));
        }

        router.GetMetrics()["a"].Ejections.Should().Be(1, "a dead provider behind callers with short limits is ejected in the end");
    }

    [Theory]
    [BothModes(false)]
    [BothModes(true)]
    public async Task Callers_that_cancel_or_leave_before_a_word_add_to_it(bool ownLimit, bool streamed)
    {
        await using var router = InOrder(null, _clock, null, FakeProvider.Silent("a"));
        for (var i = 0; i < (streamed ? 3 : 18); i++)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromSeconds(3.5), _clock);
            var limits = ownLimit ? Limited(nameof(TimeoutOptions.Call), TimeSpan.FromSeconds(3.5)) : null;
            await FailAsync(router, limits, streamed, ownLimit ? default : source.Token);
        }

        router.GetMetrics()["a"].RecentErrorRate.Should().Be(1);
        router.GetMetrics()["a"].Ejections.Should().Be(0);
    }

    [Fact]
    public async Task Fifty_callers_that_leave_at_the_same_time_have_waited_as_long_as_one()
    {
        await using var router = InOrder(null, _clock, null, FakeProvider.Silent("a"));
        var limits = Limited(nameof(TimeoutOptions.Attempt), TimeSpan.FromSeconds(4));
        var calls = Enumerable.Range(0, 50).Select(_ => FailAsync(router, limits, streamed: true)).ToList();
        await Task.WhenAll(calls);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_event_or_a_success_between_breaks_the_silence(bool success)
    {
        var asked = 0;
        var a = new FakeProvider("a", (_, token) =>
            Interlocked.Increment(ref asked) % 4 != 0 ? Some.Silence(token) : success ? Some.Answer("ok") : OneWordAsync(token));
        await using var router = InOrder(null, _clock, null, a);
        var limits = Limited(nameof(TimeoutOptions.Attempt), TimeSpan.FromSeconds(3)) with { Idle = TimeSpan.FromSeconds(1) };
        for (var i = 0; i < 40; i++)
            await FailAsync(router, limits, streamed: true);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);
    }

    [Fact]
    public async Task A_provider_that_may_be_silent_for_minutes_is_given_them()
    {
        await using var router = InOrder(null, _clock, null);
        router.AddProvider(FakeProvider.Silent("a"), new() { Timeouts = new() { FirstToken = TimeSpan.FromMinutes(5) } });
        var limits = Limited(nameof(TimeoutOptions.Attempt), TimeSpan.FromSeconds(29));
        for (var i = 0; i < 10; i++)
            await FailAsync(router, limits, streamed: true);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);
        await FailAsync(router, limits, streamed: true);
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(1);
    }

    private static TimeoutOptions Limited(string limit, TimeSpan time) => limit switch
    {
        nameof(TimeoutOptions.Connect) => new() { Connect = time },
        nameof(TimeoutOptions.FirstToken) => new() { FirstToken = time },
        nameof(TimeoutOptions.Idle) => new() { Idle = time },
        nameof(TimeoutOptions.Attempt) => new() { Attempt = time },
        nameof(TimeoutOptions.Call) => new() { Call = time },
        _ => new() { Stream = time },
    };

    private static FakeProvider Talking(string name) => new(name, (_, token) => OneWordAsync(token));

    private static async IAsyncEnumerable<ChatResponseUpdate> OneWordAsync(
        [EnumeratorCancellation] CancellationToken token)
    {
        yield return Some.Word("one");
        await Task.Delay(Timeout.Infinite, token);
    }

    private async Task FailAsync(Router router, TimeoutOptions? limits, bool streamed, CancellationToken cancellationToken = default)
    {
        var request = new LlmRequest("hello") { Timeouts = limits };
        var call = streamed ? ReadAsync(router, request, cancellationToken) : router.RouteAsync(request, cancellationToken);
        try
        {
            await _clock.RunAsync(call);
        }
        catch (Exception error) when (error is LlmException or OperationCanceledException)
        {
            // The caller has left.
        }
    }

    private static async Task ReadAsync(Router router, LlmRequest request, CancellationToken cancellationToken)
    {
        await foreach (var _ in router.RouteStreamAsync(request, cancellationToken))
        {
            // To its end.
        }
    }
}
