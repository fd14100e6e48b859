using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A router used as a provider of another: judged by its mildest attempt, and the route is the outer's alone.</summary>
public class NestedRouterTests
{
    private readonly VirtualClock _clock = new();

    [Theory]
    [BothModes(true)]
    [BothModes(false)]
    public async Task One_attempt_without_blame_acquits_the_whole_router(bool custom, bool streamed)
    {
        foreach (var last in (LlmErrorKind[])[LlmErrorKind.ServerError, LlmErrorKind.Authentication, LlmErrorKind.RateLimited])
        {
            foreach (var mild in (LlmErrorKind[])[LlmErrorKind.ContextLengthExceeded, LlmErrorKind.NotSupported])
            {
                await using var inner = Inner(mild, last);
                await using var outer = InOrder(null, _clock, null, Wrapped(inner, custom), FakeProvider.Answering("b", "b"));
                for (var i = 0; i < 3; i++)
                    (await _clock.RunAsync(outer.RunAsync(streamed))).Text.Should().Be("b");
                var metrics = outer.GetMetrics()["inner"];
                (metrics.IsAvailable, metrics.RecentErrorRate).Should().Be((true, 0), $"{mild}, then {last}");
            }
        }
    }

    [Theory]
    [BothModes(true)]
    [BothModes(false)]
    public async Task It_is_never_excluded_for_the_kind_of_its_last_attempt(bool custom, bool streamed)
    {
        foreach (var kind in (LlmErrorKind[])[LlmErrorKind.Authentication, LlmErrorKind.QuotaExceeded, LlmErrorKind.RateLimited])
        {
            await using var inner = Inner(LlmErrorKind.ServerError, kind);
            await using var outer = InOrder(null, _clock, null, Wrapped(inner, custom), FakeProvider.Answering("b", "b"));
            await _clock.RunAsync(outer.RunAsync(streamed));
            outer.GetMetrics()["inner"].IsAvailable.Should().BeTrue(kind.ToString());
        }
    }

    [Theory]
    [InlineData(0, LlmErrorKind.Authentication, LlmErrorKind.Permission)]
    [InlineData(0, LlmErrorKind.ServerError, LlmErrorKind.Timeout)]
    [InlineData(3, LlmErrorKind.ServerError, LlmErrorKind.Authentication)]
    public async Task At_worst_it_is_one_failure_however_deep_it_lies(int wrappers, LlmErrorKind first, LlmErrorKind last)
    {
        await using var inner = Inner(first, last);
        var a = new FakeProvider("a", (_, _) => ThrowsAsync(inner, wrappers));
        await using var outer = InOrder(null, _clock, null, a, FakeProvider.Answering("b", "b"));
        await _clock.RunAsync(outer.RouteAsync("hello"));
        var metrics = outer.GetMetrics()["a"];
        (metrics.IsAvailable, metrics.RecentErrorRate, metrics.Health).Should().Be((true, 1, ProviderHealth.Healthy));
    }

    [Theory]
    [BothModes(true)]
    [BothModes(false)]
    public async Task A_router_whose_providers_stay_busy_until_the_call_s_limit_is_not_to_blame(bool custom, bool streamed)
    {
        await using var inner = InOrder(new RouterOptions { Timeouts = new() { Call = TimeSpan.FromSeconds(5) } }, _clock, null);
        inner.AddProvider(FakeProvider.Silent("busy"), new() { MaxConcurrency = 1 });
        var ever = Timeout.InfiniteTimeSpan;
        _ = inner.RouteAsync(new LlmRequest("holds the permit") { Timeouts = new() { Call = ever, Attempt = ever, FirstToken = ever } });
        await UntilAsync(() => inner.GetMetrics()["busy"].InFlight == 1);
        await using var outer = InOrder(null, _clock, null, Wrapped(inner, custom), FakeProvider.Answering("b", "b"));
        for (var i = 0; i < 3; i++)
            (await _clock.RunAsync(outer.RunAsync(streamed))).Text.Should().Be("b");
        outer.GetMetrics()["inner"].RecentErrorRate.Should().Be(0);
    }

    [Fact]
    public async Task A_router_within_a_router_within_a_router_is_judged_by_its_mildest_attempt_too()
    {
        await using var innermost = Inner(LlmErrorKind.NotSupported, LlmErrorKind.Authentication);
        await using var middle = InOrder(
            null, _clock, null, Wrapped(innermost, custom: false), FakeProvider.Failing("m", LlmErrorKind.Authentication));
        await using var outer = InOrder(null, _clock, null, Wrapped(middle, custom: true), FakeProvider.Answering("b", "b"));
        await _clock.RunAsync(outer.RouteAsync("hello"));
        (outer.GetMetrics()["inner"].IsAvailable, outer.GetMetrics()["inner"].RecentErrorRate).Should().Be((true, 0));
    }

    [Fact]
    public async Task A_firewall_s_page_at_one_of_its_providers_acquits_it()
    {
        await using var inner = InOrder(
            null,
            _clock,
            null,
            FakeProvider.Failing("x", LlmErrorKind.MalformedResponse, 403),
            FakeProvider.Failing("y", LlmErrorKind.Unknown));
        await using var outer = InOrder(null, _clock, null, Wrapped(inner, custom: true), FakeProvider.Answering("b", "b"));
        await _clock.RunAsync(outer.RouteAsync("hello"));
        outer.GetMetrics()["inner"].RecentErrorRate.Should().Be(0);
    }

    [Theory]
    [BothModes(true)]
    [BothModes(false)]
    public async Task The_route_of_an_answer_is_the_outer_router_s_only(bool custom, bool streamed)
    {
        await using var inner = InOrder(null, _clock, null, FakeProvider.Answering("x", "one ", "two"));
        await using var outer = InOrder(null, _clock, null, Wrapped(inner, custom));
        if (!streamed)
        {
            var answer = await outer.RouteAsync("hello");
            answer.Provider.Name.Should().Be("inner");
            answer.Attempts.Should().ContainSingle().Which.Provider.Name.Should().Be("inner");
            (answer.Response.RawRepresentation is RouteResult).Should().BeFalse();
            answer.Response.ToChatResponseUpdates().Should().OnlyContain(u => u.GetRoute() == null);
            return;
        }

        var routes = new List<RouteResult>();
        var text = "";
        await foreach (var update in outer.RouteStreamAsync("hello"))
        {
            text += update.Text;
            if (update.GetRoute() is { } route)
                routes.Add(route);
        }

        text.Should().Be("one two");
        routes.Should().ContainSingle().Which.Provider.Name.Should().Be("inner");
    }

    private Router Inner(LlmErrorKind first, LlmErrorKind last) => InOrder(
        null, _clock, null, FakeProvider.Failing("x", first), FakeProvider.Failing("y", last));

    private static ILlmProvider Wrapped(Router inner, bool custom) => custom
        ? new FakeProvider("inner", (request, token) => request.Streaming
            ? inner.RouteStreamAsync(request, token)
            : WholeAsync(inner, request, token))
        : new ChatClientProvider("inner", inner);

    private static async IAsyncEnumerable<ChatResponseUpdate> WholeAsync(
        Router inner, LlmRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        var answer = await inner.RouteAsync(request, token);
        yield return new ChatResponseUpdate { RawRepresentation = answer.Response };
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> ThrowsAsync(Router inner, int wrappers)
    {
        Exception? thrown = null;
        try
        {
            await inner.RouteAsync("hello");
        }
        catch (AllProvidersFailedException error)
        {
            thrown = error;
            for (var i = 0; i < wrappers; i++)
                thrown = i % 2 == 0 ? new LlmException(error.Kind, "wrapped", thrown) : new InvalidOperationException("wrapped", thrown);
        }

        if (thrown is not null)
            throw thrown;
        yield break;
    }
}
