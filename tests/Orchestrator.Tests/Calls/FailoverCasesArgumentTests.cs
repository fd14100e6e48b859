using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Failover as users of Microsoft.Extensions.AI know it: arguments and options.</summary>
public class FailoverCasesArgumentTests
{
    [Theory]
    [BothModes]
    public async Task Null_messages_are_refused_at_the_call(bool streamed)
    {
        var a = FakeProvider.Answering("a", "ok");
        await using var router = InOrder(null, a);
        IChatClient client = router;
        // Not awaited and not enumerated: the call itself throws.
        var call = streamed ? () => _ = client.GetStreamingResponseAsync(null!) : (Action)(() => _ = client.GetResponseAsync(null!));
        call.Should().Throw<ArgumentNullException>();
        a.Calls.Should().Be(0);
        await router.DisposeAsync();
        var late = streamed ? () => _ = client.GetStreamingResponseAsync(Hello) : (Action)(() => _ = client.GetResponseAsync(Hello));
        late.Should().Throw<ObjectDisposedException>();
    }

    [Theory]
    [BothModes]
    public async Task Equal_options_and_messages_reach_every_attempt_each_as_a_copy(bool streamed)
    {
        var a = FakeProvider.Failing("a", LlmErrorKind.ServerError);
        var b = FakeProvider.Failing("b", LlmErrorKind.Unavailable);
        var c = FakeProvider.Answering("c", "ok");
        await using var router = InOrder(null, a, b, c);
        var options = new ChatOptions { Temperature = 0.5f };
        (await router.AskAsync(streamed, options)).Should().Be("ok");

        foreach (var provider in new[] { a, b, c })
        {
            var request = provider.Requests.Should().ContainSingle().Subject;
            request.Options.Should().BeEquivalentTo(options).And.NotBeSameAs(options);
            request.Messages.Should().ContainSingle().Which
                .Should().NotBeSameAs(Hello[0]).And.Match<ChatMessage>(m => m.Text == Hello[0].Text);
        }
    }

    [Theory]
    [BothModes]
    public async Task Each_attempt_gets_a_copy_of_the_caller_s_request_with_the_mode_set(bool streamed)
    {
        var a = FakeProvider.Failing("a", LlmErrorKind.ServerError);
        var b = FakeProvider.Answering("b", "ok");
        await using var router = InOrder(null, a, b);
        foreach (var asked in new[] { true, false })
        {
            var request = new LlmRequest("hello") { Streaming = asked };
            if (streamed)
                await router.RouteStreamAsync(request).CountAsync();
            else
                await router.RouteAsync(request);
            foreach (var own in new[] { a.Requests[^1], b.Requests[^1] })
            {
                own.Should().NotBeSameAs(request);
                own.Streaming.Should().Be(streamed || asked);
            }

            b.Requests[^1].Should().NotBeSameAs(a.Requests[^1]);
        }
    }

    // The router's limit, the request's, and what the provider receives; it knows the default of five seconds itself.
    [Theory]
    [InlineData(null, null, null)]
    [InlineData(2, null, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(2, 5, 5)]
    [InlineData(null, 1, 1)]
    public async Task A_provider_receives_the_limit_for_connecting(int? router, int? request, int? expected)
    {
        static TimeSpan? Seconds(int? seconds) => seconds is { } s ? TimeSpan.FromSeconds(s) : null;
        var attempt = TimeSpan.FromSeconds(7);
        var a = FakeProvider.Answering("a", "ok");
        await using var asked = InOrder(new() { Timeouts = new() { Connect = Seconds(router) } }, a);
        foreach (var limits in new[] { new TimeoutOptions { Attempt = attempt, Connect = Seconds(request) },
            request is null ? null : new TimeoutOptions { Connect = Seconds(request) } })
        {
            var own = new LlmRequest("hello") { Timeouts = limits };
            await asked.RouteAsync(own);
            (a.Requests[^1].Timeouts?.Connect, a.Requests[^1].Timeouts?.Attempt).Should().Be((Seconds(expected), limits?.Attempt));
            own.Timeouts.Should().BeSameAs(limits);
        }
    }

    [Theory]
    [BothModes]
    public async Task The_caller_s_options_are_not_changed_though_each_client_is_asked_for_its_own_model(bool streamed)
    {
        var first = new FakeChatClient { Failure = new HttpRequestException("down") };
        var second = new FakeChatClient
        {
            Response = new(new ChatMessage(ChatRole.Assistant, "ok")) { FinishReason = ChatFinishReason.Stop },
            Updates = [Some.Word("ok"), Some.Finish()],
        };
        await using var router = InOrder(
            null,
            new ChatClientProvider("one", first, new("one", "x", "model-1")),
            new ChatClientProvider("two", second, new("two", "x", "model-2")));
        var tools = new List<AITool>();
        var options = new ChatOptions { Temperature = 0.5f, MaxOutputTokens = 7, Tools = tools, StopSequences = ["end"] };
        (await router.AskAsync(streamed, options)).Should().Be("ok");

        first.Asked.Should().ContainSingle().Which.Options!.ModelId.Should().Be("model-1");
        second.Asked.Should().ContainSingle().Which.Options!.ModelId.Should().Be("model-2");
        options.ModelId.Should().BeNull();
        (options.Temperature, options.MaxOutputTokens).Should().Be((0.5f, 7));
        options.Tools.Should().BeSameAs(tools);
        options.StopSequences.Should().Equal("end");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void An_attempt_limit_of_zero_or_less_is_refused(int limit)
    {
        var make = () => new Router(new RouterOptions { MaxAttempts = limit });
        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MaxAttempts must be 1 or more*");
    }

    [Theory]
    [BothModes]
    public async Task Success_on_the_last_allowed_attempt_counts(bool streamed)
    {
        var c = FakeProvider.Answering("c", "never asked");
        await using var router =
            InOrder(new() { MaxAttempts = 2 }, FakeProvider.Failing("a", LlmErrorKind.ServerError), FakeProvider.Answering("b", "ok"), c);
        (await router.AskAsync(streamed)).Should().Be("ok");
        c.Calls.Should().Be(0);
    }

    [Theory]
    [BothModes]
    public async Task At_the_limit_the_last_failure_is_what_the_caller_learns(bool streamed)
    {
        var c = FakeProvider.Answering("c", "never asked");
        await using var router = InOrder(
            new() { MaxAttempts = 2 },
            FakeProvider.Failing("a", LlmErrorKind.ServerError, 500),
            FakeProvider.Failing("b", LlmErrorKind.Unavailable, 503),
            c);
        // On purpose: the exhausted plan has an exception of its own, which carries the last failure and all attempts.
        var error = await router.FailAsync<AllProvidersFailedException>(streamed);
        (error.Kind, error.StatusCode, error.ProviderName).Should().Be((LlmErrorKind.Unavailable, 503, "b"));
        error.InnerException.Should().BeSameAs(error.Attempts[1].Error);
        error.Attempts.Should().HaveCount(2);
        c.Calls.Should().Be(0);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(6, 6)]
    [InlineData(15, 12)]
    public async Task Without_a_limit_of_their_own_calls_try_every_candidate_up_to_twelve(int providers, int attempts)
    {
        await using var router =
            InOrder(null, [.. Enumerable.Range(0, providers).Select(i => FakeProvider.Failing($"p{i}", LlmErrorKind.NotSupported))]);
        (await router.FailAsync<AllProvidersFailedException>(streamed: false)).Attempts.Should().HaveCount(attempts);
    }
}
