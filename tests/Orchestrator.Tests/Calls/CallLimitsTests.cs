using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What bounds a call over all of its attempts: its time and their number.</summary>
public class CallLimitsTests
{
    private readonly VirtualClock _clock = new();
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes]
    public async Task The_call_s_time_counts_what_earlier_attempts_took_and_after_it_no_provider_is_asked(bool streamed)
    {
        var slow = new Script("slow", _clock, _clock.Advance) { BeforeFirst = TimeSpan.FromSeconds(3), Fails = LlmErrorKind.NotSupported };
        var (silent, late) = (FakeProvider.Silent("silent"), FakeProvider.Answering("late", "never asked"));
        await using var router = InOrder(new() { Timeouts = new() { Call = TimeSpan.FromSeconds(5) } }, _clock, null, slow, silent, late);
        var call = router.RunAsync(streamed);
        await UntilAsync(() => silent.Calls == 1 && _clock.Waiting == 1);
        _clock.Advance(TimeSpan.FromSeconds(1.9));
        call.IsCompleted.Should().BeFalse();
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        var error = await Assert.ThrowsAsync<AllProvidersFailedException>(() => call.WaitAsync(TimeSpan.FromSeconds(5)));
        error.Attempts.Select(a => a.Error!.Kind).Should().Equal(LlmErrorKind.NotSupported, LlmErrorKind.Timeout);
        error.Message.Should().NotContain("late");
        late.Calls.Should().Be(0);
    }

    [Fact]
    public async Task The_first_token_limit_does_not_hold_for_the_last_attempt_that_is_allowed()
    {
        var heard = CancellationToken.None;
        var first = FakeProvider.Silent("first");
        var last = new FakeProvider("last", (_, token) => Some.Silence(heard = token));
        var beyond = FakeProvider.Answering("beyond", "never asked");
        await using var router = InOrder(new() { MaxAttempts = 2, Observers = { _log } }, _clock, null, first, last, beyond);
        var call = router.RunAsync(streamed: true);
        await UntilAsync(() => _clock.Waiting == 1);
        _clock.Advance(TimeSpan.FromSeconds(10.1));
        await UntilAsync(() => last.Calls == 1 && _clock.Waiting == 1);
        _log.Attempts.Should().ContainSingle().Which.Error!.Message.Should().Contain("Timeouts.FirstToken");
        _clock.Advance(TimeSpan.FromSeconds(59));
        heard.IsCancellationRequested.Should().BeFalse("no other provider can be asked for it");
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await Assert.ThrowsAsync<AllProvidersFailedException>(() => call.WaitAsync(TimeSpan.FromSeconds(5)))).Attempts[1].Error!.Message
            .Should().Contain("Timeouts.Attempt");
        beyond.Calls.Should().Be(0);
    }

    [Fact]
    public async Task After_the_last_attempt_that_is_allowed_no_permit_is_waited_for()
    {
        var full = new Held("full", 1);
        await using var router =
            InOrder(new() { MaxAttempts = 1 }, _clock, null, FakeProvider.Failing("a", LlmErrorKind.NotSupported), full);
        var running = router.RouteAsync("hello", new ChatOptions { ModelId = "full" });
        await UntilAsync(() => full.Running == 1);
        router.RouteAsync("hello").IsFaulted.Should().BeTrue();
        full.Release();
        await running;
        full.Done.Should().Be(1);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public async Task The_number_of_attempts_holds_for_the_ejected_too(int most, int attempts)
    {
        var options = new RouterOptions
        {
            MaxAttempts = most,
            Health = new() { ConsecutiveFailures = 1 },
            Retry = new() { MaxRetriesPerProvider = 0 }
        };
        await using var router = InOrder(options, _clock, null, FakeProvider.Failing("a", LlmErrorKind.NotSupported),
            FakeProvider.Failing("b", LlmErrorKind.ServerError));
        await router.FailAsync<AllProvidersFailedException>(streamed: false, new ChatOptions { ModelId = "b" });
        (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Should().HaveCount(attempts);
    }

    [Fact]
    public async Task Where_the_queues_are_full_too_the_ejected_are_asked()
    {
        var down = true;
        var full = new Held("full", 1);
        var ejected = new FakeProvider(
            "avoided", (_, _) => down ? Some.Failure(Script.Error(LlmErrorKind.ServerError)) : Some.Answer("back"));
        await using var router = InOrder(new() { Health = new() { ConsecutiveFailures = 1 } }, _clock, null, ejected);
        router.AddProvider(full, new() { QueueLimit = 0 });
        await router.FailAsync<AllProvidersFailedException>(streamed: false, new ChatOptions { ModelId = "avoided" });
        var running = router.RouteAsync("hello");
        await UntilAsync(() => full.Running == 1);
        down = false;
        (await router.AskAsync(streamed: false)).Should().Be("back");
        full.Release();
        await running;
    }
}
