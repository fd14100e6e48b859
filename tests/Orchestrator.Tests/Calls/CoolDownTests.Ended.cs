using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>Waits for a cool-down that end early, and many that end together.</summary>
public partial class CoolDownTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_caller_that_cancels_in_the_wait_is_heard_at_once(bool isNew, bool streamed)
    {
        using var source = new CancellationTokenSource();
        var a = new Script("a", _clock, Limited(), null);
        await using var router = InOrder(Options(isNew ? 1 : null), _clock, null, a);
        if (isNew)
            await router.FailAsync<AllProvidersFailedException>(streamed);
        var call = router.RunAsync(streamed, cancellationToken: source.Token);
        await UntilAsync(() => _clock.Waiting == 1);
        await source.CancelAsync();
        (await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(source.Token);
        (a.Calls, _clock.Waiting).Should().Be((1, 0));
    }

    [Theory]
    [BothModes]
    public async Task Disposing_the_router_ends_the_wait(bool streamed)
    {
        var router = InOrder(Options(), _clock, null, new Script("a", _clock, Limited(), null));
        var call = router.RunAsync(streamed);
        await UntilAsync(() => _clock.Waiting == 1);
        await router.DisposeAsync();
        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_provider_that_is_added_meanwhile_ends_the_wait(bool isNew, bool streamed)
    {
        var a = new Script("a", _clock, Limited());
        await using var router = InOrder(Options(isNew ? 1 : null), _clock, null, a);
        if (isNew)
            await router.FailAsync<AllProvidersFailedException>(streamed);
        var call = router.RunAsync(streamed);
        await UntilAsync(() => _clock.Waiting == 1);
        router.AddProvider(new Script("b", _clock));
        (await call.WaitAsync(Patience)).Text.Should().Be("b");
        (a.Calls, _clock.Elapsed).Should().Be((1, TimeSpan.Zero));
        await UntilAsync(() => _clock.Waiting == 0);
    }

    [Fact]
    public async Task A_list_without_any_provider_ends_the_call_with_what_it_met()
    {
        await using var router = InOrder(Options(), _clock, null, new Script("a", _clock, Limited()));
        var call = router.RouteAsync("hello");
        await UntilAsync(() => _clock.Waiting == 1);
        router.RemoveProvider("a");
        (await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<AllProvidersFailedException>())
            .Which.Kind.Should().Be(LlmErrorKind.RateLimited);
    }

    [Fact]
    public async Task A_list_that_was_emptied_before_the_wait_does_too()
    {
        await using var router = InOrder(Options(), _clock, null);
        router.AddProvider(new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([]);
            return Some.Failure(Limited());
        }));
        (await router.FailAsync<AllProvidersFailedException>(false)).Kind.Should().Be(LlmErrorKind.RateLimited);
    }

    [Fact]
    public async Task Many_that_wait_for_one_cool_down_do_not_go_on_at_one_moment()
    {
        var a = new Script("a", _clock, Limited(), null);
        await using var router = InOrder(Options(most: 1), _clock, null, a);
        await router.FailAsync<AllProvidersFailedException>(false);
        var calls = Enumerable.Range(0, 20).Select(_ => router.RouteAsync("hello")).ToList();
        await UntilAsync(() => _clock.Waiting == 20);
        await _clock.RunAsync(Task.WhenAll(calls));
        a.At.Skip(1).Should().OnlyContain(at => at >= Second && at <= Second * 1.1);
        a.At.Skip(1).Distinct().Should().HaveCountGreaterThan(10);
    }

    [Theory]
    [BothModes]
    public async Task A_full_line_and_an_exclusion_are_both_named(bool streamed)
    {
        var held = new Held("a", 1);
        await using var router = InOrder(new() { Retry = new() }, _clock, null);
        router.AddProvider(held, new() { QueueLimit = 0 })
            .AddProvider(new Script("b", _clock, Error(LlmErrorKind.RateLimited, TimeSpan.FromSeconds(30))));
        var holder = router.RouteAsync("holder", new ChatOptions { ModelId = "a" });
        await UntilAsync(() => held.Running == 1);
        await router.FailAsync<AllProvidersFailedException>(streamed, new() { ModelId = "b" });
        var error = await router.FailAsync<LlmException>(streamed);
        error.Message.Should().Contain("a has 1 running and 0 waiting").And.Contain("b: RetryAfter, 30 s left");
        error.RetryAfter.Should().BeNull("a permit may be free in a moment");
        held.Release();
        await holder;
    }
}
