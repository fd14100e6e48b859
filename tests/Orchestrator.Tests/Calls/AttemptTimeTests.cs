using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>An attempt's time where its provider never waits: the clock goes on under its hands,
/// and is looked at every 64 updates.</summary>
public class AttemptTimeTests
{
    private static readonly TimeoutOptions Endless = new()
    {
        FirstToken = Timeout.InfiniteTimeSpan,
        Idle = Timeout.InfiniteTimeSpan,
        Attempt = Timeout.InfiniteTimeSpan,
        Call = Timeout.InfiniteTimeSpan,
        Stream = Timeout.InfiniteTimeSpan,
    };

    private readonly FakeTimeProvider _time = new();
    private readonly AttemptLog _log = new();

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    public async Task The_first_token_is_the_first_and_none_where_no_attempt_streamed(bool streamed, int seconds)
    {
        await using var router = NewRouter(Endless, Playing("a", (seconds, "one"), (3, "two")));
        await router.RunAsync(streamed);
        var attempt = _log.Attempts.Should().ContainSingle().Subject;
        attempt.TimeToFirstToken.Should().Be(streamed ? TimeSpan.FromSeconds(seconds) : null);
        attempt.Duration.Should().Be(TimeSpan.FromSeconds(seconds + 3));
    }

    [Theory]
    [InlineData(29.9, 1.0)]
    [InlineData(31, 0)]
    public async Task The_limit_of_a_stream_begins_with_its_first_token(double rest, double whole)
    {
        var words = Enumerable.Repeat((rest / 63, "word "), 63).Append((0, ""));
        await using var router = NewRouter(Endless with { Stream = TimeSpan.FromSeconds(30) }, Playing("a", [(40, "word "), .. words]));
        var call = async () => await router.RunAsync(streamed: true);
        if (whole > 0)
            await call.Should().NotThrowAsync();
        else
            (await call.Should().ThrowAsync<LlmException>()).Which.Message.Should().Contain("Timeouts.Stream");
    }

    [Fact]
    public async Task The_idle_limit_begins_anew_with_each_content()
    {
        await using var router =
            NewRouter(Endless with { Idle = TimeSpan.FromSeconds(5) }, Playing("a", [.. Enumerable.Repeat((1.0, "word "), 200)]));
        (await router.RunAsync(streamed: true)).Route.Attempts.Should().ContainSingle();
    }

    [Theory]
    [InlineData(true, 30, true)]
    [InlineData(false, 30, true)]
    [InlineData(true, 40, false)]
    [InlineData(false, 40, false)]
    public async Task The_call_s_limit_counts_all_of_an_attempt_that_gave_nothing(bool streamed, int seconds, bool fits)
    {
        var slow = new FakeProvider("a", (_, _) => SlowFailure());
        await using var router = NewRouter(
            Endless with { Call = TimeSpan.FromSeconds(100) }, slow, Playing("b", [.. Enumerable.Repeat((1.0, ""), 64), (0, "ok")]));
        var call = async () => (await router.RunAsync(streamed)).Text;
        if (fits)
            (await call()).Should().Be("ok");
        else
            (await call.Should().ThrowAsync<AllProvidersFailedException>()).Which.Attempts[1].Error!.Message
                .Should().Contain("Timeouts.Call");

        async IAsyncEnumerable<ChatResponseUpdate> SlowFailure()
        {
            await Task.CompletedTask;
            _time.Advance(TimeSpan.FromSeconds(seconds));
            yield return new ChatResponseUpdate();
            throw new LlmException(LlmErrorKind.ServerError, "failed on purpose");
        }
    }

    [Theory]
    [BothModes]
    public async Task An_attempt_that_waited_leaves_no_timer(bool streamed)
    {
        var clock = new VirtualClock();
        var gate = new TaskCompletionSource();
        await using var router = InOrder(null, clock, null, new FakeProvider("a", (_, _) => AfterAsync(gate.Task)));
        var call = router.RunAsync(streamed);
        clock.Waiting.Should().Be(1);
        gate.SetResult();
        await call;
        clock.Waiting.Should().Be(0);

        static async IAsyncEnumerable<ChatResponseUpdate> AfterAsync(Task gate)
        {
            await gate;
            yield return Some.Word("ok");
            yield return Some.Finish();
        }
    }

    private Router NewRouter(TimeoutOptions limits, params ILlmProvider[] providers) =>
        InOrder(new() { Timeouts = limits, Observers = { _log } }, _time, null, providers);

    /// <summary>Each text comes so many seconds after the one before.</summary>
    private FakeProvider Playing(string name, params (double Seconds, string Text)[] parts)
    {
        return new(name, (_, _) => PlayAsync());

        async IAsyncEnumerable<ChatResponseUpdate> PlayAsync()
        {
            await Task.CompletedTask;
            foreach (var (seconds, text) in parts)
            {
                _time.Advance(TimeSpan.FromSeconds(seconds));
                yield return Some.Word(text);
            }

            yield return Some.Finish();
        }
    }
}
