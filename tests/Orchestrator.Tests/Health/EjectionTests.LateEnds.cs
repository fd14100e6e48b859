using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;
using static Orchestrator.Tests.Support.Script;

namespace Orchestrator.Tests.Health;

/// <summary>Attempts that end after their provider was ejected or has recovered.</summary>
public partial class EjectionTests
{
    [Fact]
    public async Task What_began_before_the_ejection_neither_heals_nor_lengthens_it()
    {
        var late = new TaskCompletionSource<bool>();
        var first = true;
        var a = new FakeProvider("a", (_, _) =>
        {
            var answer = first ? Late(late.Task) : Some.Failure(Error(LlmErrorKind.ServerError));
            first = false;
            return answer;
        });
        var b = FakeProvider.Answering("b", "b");
        await using var router = InOrder(Options(), _clock, null, a, b);
        var early = router.RouteAsync("hello");
        await AskAsync(router, 3);
        var left = router.GetMetrics()["a"].AvailableIn;
        late.SetResult(true);
        await early;
        var metrics = router.GetMetrics()["a"];
        (metrics.IsAvailable, metrics.AvailableIn).Should().Be((false, left));

        static async IAsyncEnumerable<ChatResponseUpdate> Late(Task gate)
        {
            await gate;
            yield return Some.Word("late");
            yield return Some.Finish();
        }
    }

    [Fact]
    public async Task A_failure_of_what_began_before_the_ejection_says_nothing_after_the_recovery()
    {
        var late = new TaskCompletionSource();
        var calls = 0;
        var a = new FakeProvider("a", (_, _) => ++calls switch
        {
            1 => Late(late.Task),
            <= 4 => Some.Failure(Error(LlmErrorKind.ServerError)),
            _ => Some.Answer("a"),
        });
        await using var router = InOrder(Options(), _clock, null, a, FakeProvider.Answering("b", "b"));
        var early = router.RouteAsync("hello");
        await AskAsync(router, 3);
        _clock.Advance(TimeSpan.FromSeconds(6.1));
        (await router.RouteAsync("hello")).Text.Should().Be("a");
        late.SetResult();
        (await early).Text.Should().Be("b");
        var metrics = router.GetMetrics()["a"];
        (metrics.FailedRequests, metrics.RecentErrorRate, metrics.IsAvailable).Should().Be((4, 0, true));

        static async IAsyncEnumerable<ChatResponseUpdate> Late(Task gate)
        {
            await gate;
            yield return Some.Word("");
            throw Error(LlmErrorKind.ServerError);
        }
    }
}
