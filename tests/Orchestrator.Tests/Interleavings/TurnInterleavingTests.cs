using Microsoft.Extensions.AI;
using Orchestrator.Tests.Stress;

namespace Orchestrator.Tests.Interleavings;

/// <summary>Turns where threads meet, in every order a hundred seeds give, and then all at once.</summary>
[Collection(StressCollection.Name)]
public class TurnInterleavingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Free_calls_take_every_turn_once_whatever_else_goes_on(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a"));
            var b = scenario.Add(new PointedProvider(interleaver, "b"));
            for (var i = 0; i < 3; i++)
            {
                interleaver.Add(() =>
                {
                    scenario.Call();
                    scenario.Call(new ChatOptions { ModelId = "b" });
                    scenario.Call();
                });
            }

            interleaver.Add(() => scenario.Router.Explain(new LlmRequest("hello")));
            interleaver.Add(() =>
            {
                interleaver.Point();
                scenario.Router.ReplaceProviders([new(a, null, LeaveOpen: true), new(b, null, LeaveOpen: true)]);
            });
            return () =>
            {
                // Free ones take each once; Explain and the bound ones see a turn and leave it.
                var turns = scenario.Strategy.Turns.CountBy(turn => turn).ToDictionary();
                for (var turn = 0; turn < 6; turn++)
                    turns.Should().ContainKey(turn);
                scenario.Router.RouteAsync("hello").IsCompletedSuccessfully.Should().BeTrue();
                scenario.Strategy.Turns.Should().Contain(6, "six were taken, and no more").And.NotContain(7);
                scenario.CheckRest(a, b);
            };
        },
        free);
}
