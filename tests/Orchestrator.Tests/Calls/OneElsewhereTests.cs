using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Calls;

/// <summary>An invalid request is asked of one provider of another vendor or server: which, when, and what ends the call.</summary>
public partial class OneElsewhereTests
{
    private readonly VirtualClock _clock = new();

    public static TheoryData<LlmErrorKind, bool> EveryKind()
    {
        var data = new TheoryData<LlmErrorKind, bool>();
        foreach (var kind in Enum.GetValues<LlmErrorKind>())
        {
            data.Add(kind, false);
            data.Add(kind, true);
        }

        return data;
    }

    [Theory]
    [BothModes]
    public async Task What_one_vendor_refuses_another_may_answer_and_the_route_shows_both(bool streamed)
    {
        var (a, b) = (Of("a", "v1", null, Refusal()), Of("b", "v2", null));
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        for (var call = 0; call < 5; call++)
        {
            var (text, route) = await router.RunAsync(streamed);
            text.Should().Be("b");
            route.Attempts.Select(t => (t.Provider.Name, t.Role)).Should().Equal(("a", AttemptRole.First), ("b", AttemptRole.Failover));
        }

        var health = router.GetMetrics()["a"];
        (health.Availability, health.RecentErrorRate).Should().Be((ProviderAvailability.Available, 0), "no provider is to blame");
    }

    [Theory]
    [BothModes]
    public async Task The_first_of_the_plan_that_is_another_vendor_or_server_is_asked_and_no_third(bool streamed)
    {
        var a = Of("a", "v1", "https://one.test/v1", Refusal());
        var same = Of("same", "v1", "https://ONE.test:443/other");
        var unknown = Of("unknown", "v1", null);
        var b = Of("b", "v1", "https://two.test", Refusal());
        var c = Of("c", "v2", null);
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, same, unknown, b, c);
        var error = await router.FailAsync<LlmException>(streamed);
        (error.ProviderName, error.GetType()).Should().Be(("a", typeof(LlmException)));
        new[] { a.Calls, same.Calls, unknown.Calls, b.Calls, c.Calls }.Should().Equal(1, 0, 0, 1, 0);
    }

    [Theory]
    [InlineData("https://one.test/v1", "https://ONE.TEST:443/v2", false)]
    [InlineData("http://one.test:443", "https://one.test", false)]
    [InlineData("https://one.test./", "https://one.test", false)]
    [InlineData("https://one.test", "https://one.test:8443", true)]
    [InlineData("http://localhost:11434", "http://127.0.0.1:11434", true)]
    [InlineData("http://one.test", "http://two.test", true)]
    [InlineData("http://one.test", null, false)]
    [InlineData("http://one.test", "relative/path", false)]
    public void Two_servers_differ_by_host_and_port_where_both_are_known(string? one, string? other, bool differ)
    {
        var (a, b) = (Info("a", "V1", one), Info("b", "v1", other));
        new OneElsewhere(Refusal(), a).Suits(b).Should().Be(differ);
        new OneElsewhere(Refusal(), b).Suits(a).Should().Be(differ);
        new OneElsewhere(Refusal(), a).Suits(b with { Vendor = "v2" }).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public async Task However_the_second_fails_the_first_error_ends_the_call(LlmErrorKind kind, bool streamed)
    {
        var first = Refusal();
        var (a, c) = (Of("a", "v1", null, first), Of("c", "v3", null));
        var b = Of("b", "v2", null, Error(kind, TimeSpan.FromMilliseconds(10)));
        await using var router = InOrder(
            new() { Retry = new(), RefusalAction = RefusalAction.NextProvider }, _clock, null, a, b, c);
        var ask = () => _clock.RunAsync(router.RunAsync(streamed));
        (await ask.Should().ThrowAsync<LlmException>()).Which.Should().BeSameAs(first);
        (a.Calls, b.Calls, c.Calls).Should().Be((1, 1, 0), "no retry at the second, and no third");
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public async Task A_limit_that_runs_out_at_the_second_ends_the_call_with_the_first_error(int limit, bool streamed)
    {
        var limits = limit == 0 ? new TimeoutOptions { Attempt = TimeSpan.FromSeconds(3) } : new() { Call = TimeSpan.FromSeconds(3) };
        var silent = new FakeProvider("b", (_, token) => Some.Silence(token)) { Info = Info("b", "v2", null) };
        await using var router =
            InOrder(new() { Timeouts = limits }, _clock, null, Of("a", "v1", null, Refusal()), silent, Of("c", "v3", null));
        var ask = () => _clock.RunAsync(router.RunAsync(streamed));
        (await ask.Should().ThrowAsync<LlmException>()).Which.ProviderName.Should().Be("a");
        _clock.Elapsed.Should().BeCloseTo(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [BothModes]
    public async Task A_failover_before_leaves_out_those_that_were_asked(bool streamed)
    {
        var (a, b) = (Of("a", "v1", null, Error(LlmErrorKind.NotSupported)), Of("b", "v2", null, Refusal()));
        await using var router = InOrder(null, _clock, null, a, b);
        (await router.FailAsync<LlmException>(streamed)).ProviderName.Should().Be("b");
        (a.Calls, b.Calls).Should().Be((1, 1));
        router.AddProvider(Of("c", "v3", null));
        (await router.AskAsync(streamed)).Should().Be("c");
    }

    [Theory]
    [BothModes]
    public async Task A_pinned_model_or_the_last_attempt_leaves_no_other(bool streamed)
    {
        var (a, b) = (Of("a", "v1", null, Refusal()), Of("b", "v2", null));
        await using var one = InOrder(new() { MaxAttempts = 1 }, _clock, null, a, b);
        (await one.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.InvalidRequest);
        await using var pinned = InOrder(null, _clock, null, a, b);
        (await pinned.FailAsync<LlmException>(streamed, new ChatOptions { ModelId = "a" })).Kind.Should().Be(LlmErrorKind.InvalidRequest);
        b.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task A_request_that_was_never_sent_is_asked_of_no_other(bool streamed)
    {
        var fault = RequestFault.Of("cannot be written");
        var (a, b) = (Of("a", "v1", null, fault), Of("b", "v2", null));
        await using var router = InOrder(new() { Retry = new() }, _clock, null, a, b);
        for (var call = 0; call < 3; call++)
            (await router.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.InvalidRequest, "copies keep the mark");
        await using var outer = InOrder(null, new ChatClientProvider("inner", router), Of("c", "v3", null));
        (await outer.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.InvalidRequest);
        b.Calls.Should().Be(0);
        fault.Copy(null).IsRequestFault.Should().BeTrue();
    }

    [Theory]
    [BothModes(NextProvider.Always)]
    [BothModes(NextProvider.OneElsewhere)]
    public async Task A_request_that_was_never_sent_stops_and_blames_no_provider_whatever_the_rule(NextProvider next, bool streamed)
    {
        var options = new RouterOptions { Retry = new() };
        options.ErrorRules[LlmErrorKind.InvalidRequest] =
            new ErrorRule { RetriesSameProvider = true, Next = next, Health = HealthEffect.Failure };
        var (a, b) = (Of("a", "v1", null, RequestFault.Of("cannot be written")), Of("b", "v2", null));
        await using var router = InOrder(options, _clock, null, a, b);
        for (var call = 0; call < 4; call++)
            (await router.FailAsync<LlmException>(streamed)).Kind.Should().Be(LlmErrorKind.InvalidRequest);
        (a.Calls, b.Calls).Should().Be((4, 0));
        router.GetMetrics()["a"].RecentErrorRate.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task A_user_may_choose_it_for_other_kinds_and_a_retry_comes_first(bool streamed)
    {
        var options = new RouterOptions { Retry = new() };
        options.ErrorRules[LlmErrorKind.ServerError] =
            ErrorRule.For(LlmErrorKind.ServerError) with { Next = NextProvider.OneElsewhere };
        var a = Of("a", "v1", null, Error(LlmErrorKind.ServerError));
        var (b, c) = (Of("b", "v2", null, Error(LlmErrorKind.Unavailable)), Of("c", "v3", null));
        await using var router = InOrder(options, _clock, null, a, b, c);
        var ask = () => _clock.RunAsync(router.RunAsync(streamed));
        var error = (await ask.Should().ThrowAsync<LlmException>()).Which;
        (error.Kind, error is AllProvidersFailedException).Should().Be((LlmErrorKind.ServerError, false));
        (a.Calls, b.Calls, c.Calls).Should().Be((2, 1, 0));
    }

    private static LlmException Refusal() => Error(LlmErrorKind.InvalidRequest, status: 400);

    private static ProviderInfo Info(string name, string vendor, string? endpoint) => new(name, vendor, $"{name}-model")
    {
        Endpoint = endpoint is null ? null : new Uri(endpoint, UriKind.RelativeOrAbsolute),
    };

    private Script Of(string name, string vendor, string? endpoint, params Exception?[] outcomes) =>
        new(name, _clock, outcomes) { Info = Info(name, vendor, endpoint) };
}
