using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

public class AfterTheMarkTests
{
    [Theory]
    [BothModes]
    public async Task An_answer_whose_connection_breaks_after_the_finish_reason_is_whole(bool streamed)
    {
        var next = FakeProvider.Answering("next", "never asked");
        await using var router = new Router(RoutingStrategy.FirstAvailable);
        router.AddProvider(new FakeProvider("first", (_, _) => BrokenAfterAsync(ChatFinishReason.Stop))).AddProvider(next);

        var (text, route) = await router.RunAsync(streamed);

        (text, route.Attempts.Count, next.Calls).Should().Be(("whole", 1, 0));
        router.GetMetrics()["first"].SuccessfulRequests.Should().Be(1);
    }

    [Fact]
    public async Task A_break_between_the_rounds_of_a_client_that_calls_functions_is_a_cut()
    {
        await using var router = new Router(RoutingStrategy.FirstAvailable);
        router.AddProvider(new FakeProvider("first", (_, _) => BrokenAfterAsync(ChatFinishReason.ToolCalls)))
            .AddProvider(FakeProvider.Answering("next", "again"));

        (await router.RouteAsync("hello")).Text.Should().Be("again");
    }

    [Theory]
    [InlineData(1, AttemptOutcome.Succeeded)]
    [InlineData(3, AttemptOutcome.Abandoned)]
    public async Task A_consumer_that_leaves_in_a_later_round_of_function_calls_has_left_half_an_answer(int read, AttemptOutcome outcome)
    {
        var log = new AttemptLog();
        await using var router = new Router(new RouterOptions { Observers = { log } });
        router.AddProvider(new FakeProvider("first", (_, _) => Some.Updates(
            new() { Contents = [new FunctionCallContent("1", "now")], FinishReason = ChatFinishReason.ToolCalls },
            new() { Contents = [new FunctionResultContent("1", "noon")] },
            Some.Word("It is "),
            Some.Word("noon."),
            Some.Finish())));

        await foreach (var update in router.RouteStreamAsync("hello"))
        {
            if (--read == 0)
                break;
        }

        log.Attempts.Should().ContainSingle().Which.Outcome.Should().Be(outcome);
    }

    [Fact]
    public async Task One_exception_thrown_twice_keeps_one_call_s_text_from_the_other()
    {
        var error = new LlmException(LlmErrorKind.ServerError, "the same object every time");
        var calls = 0;
        await using var router = new Router();
        router.AddProvider(new FakeProvider("first", (_, _) => Some.Cut([$"tenant {Interlocked.Increment(ref calls)}"], error)));

        var texts = new List<string?>();
        for (var i = 0; i < 3; i++)
            texts.Add((await Assert.ThrowsAsync<LlmException>(() => router.RunAsync(streamed: true))).PartialText);

        texts.Should().Equal("tenant 1", "tenant 2", "tenant 3");
    }

    [Theory]
    [BothModes]
    public async Task A_router_without_candidates_is_passed_over_like_any_provider_that_cannot(bool streamed)
    {
        await using var router = new Router(RoutingStrategy.FirstAvailable);
        router.AddProvider(new ChatClientProvider("inner", new Router())).AddProvider(FakeProvider.Answering("next", "ok"));

        (await router.RunAsync(streamed)).Text.Should().Be("ok");
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> BrokenAfterAsync(ChatFinishReason reason)
    {
        yield return Some.Word("whole");
        yield return Some.Finish(reason);
        await Task.CompletedTask;
        throw new IOException("The connection broke.");
    }
}
