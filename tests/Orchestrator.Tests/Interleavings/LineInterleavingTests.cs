using Orchestrator.Tests.Registry;
using Orchestrator.Tests.Stress;

namespace Orchestrator.Tests.Interleavings;

/// <summary>The line for permits, in every order a hundred seeds give, and then all at once.</summary>
[Collection(StressCollection.Name)]
public class LineInterleavingTests
{
    private static readonly LlmException Down = new(LlmErrorKind.ServerError, "down");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_in_two_lines_are_granted_one_permit_each_however_they_leave(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a"), new() { MaxConcurrency = 1 });
            var b = scenario.Add(new PointedProvider(interleaver, "b"), new() { MaxConcurrency = 1 });
            var sources = Enumerable.Range(0, 5).Select(_ => new CancellationTokenSource()).ToArray();
            foreach (var source in sources)
            {
                interleaver.Add(() => (scenario.Call(source.Token) ?? (source.IsCancellationRequested ? "a0 a1 " : "lost"))
                    .Should().MatchRegex("^(a0 a1 |b0 b1 )$"));
            }

            interleaver.Add(() =>
            {
                foreach (var source in sources.Take(2))
                {
                    interleaver.Point();
                    source.Cancel();
                }
            });
            return () => CheckOnePermitEach(scenario, a, b);
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_that_look_while_permits_are_granted_lose_none(bool free) => Scenario.Explore(
        interleaver =>
        {
            // The third failure ejects a: calls in both lines look, wait for b alone, and those that came back fail over.
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a") { Failure = (Down, 0) }, new() { MaxConcurrency = 1 });
            var b = scenario.Add(new PointedProvider(interleaver, "b"), new() { MaxConcurrency = 1 });
            for (var i = 0; i < 4; i++)
                interleaver.Add(() => (scenario.Call() + scenario.Call()).Should().Be("b0 b1 b0 b1 "));
            interleaver.Add(() =>
            {
                for (var i = 0; i < 4; i++)
                {
                    interleaver.Point();
                    scenario.Clock.Advance(6100);
                }
            });
            return () => CheckOnePermitEach(scenario, a, b);
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_in_line_at_a_provider_that_is_replaced_come_back_and_are_served(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var old = new PointedProvider(interleaver, "a") { Info = new("a", "mock", "a-1") { MaxConcurrency = 1 } };
            var renewed = new PointedProvider(interleaver, "a") { Info = new("a", "mock", "a-1") { MaxConcurrency = 1 } };
            scenario.Add(old);
            for (var i = 0; i < 4; i++)
                interleaver.Add(() => (scenario.Call() + scenario.Call()).Should().Be("a0 a1 a0 a1 "));
            interleaver.Add(() =>
            {
                interleaver.Point();
                scenario.Router.ReplaceProviders([new(renewed)]);
            });
            return () => scenario.CheckRest(old, renewed);
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_that_come_back_in_any_order_are_served_in_the_order_of_their_arrival(bool free) => Scenario.Explore(
        interleaver =>
        {
            var (state, registered) = States.New(1);
            state.Begin(registered, 0);
            var waiters = Enumerable.Range(1, 5).Select(n => States.Waiter(n)).ToArray();
            for (var i = 0; i < waiters.Length; i++)
            {
                var waiter = waiters[i];
                interleaver.Add(() =>
                {
                    var place = new WaitPlace(waiter, registered, null);
                    for (var turn = 0; turn < 3; turn++)
                    {
                        interleaver.Point();
                        state.Line.Join(place, WaitFor.Permit, 0, returns: true).Should().BeTrue();
                        interleaver.Point();
                        if (turn < 2)
                            state.Line.Leave(place);
                    }
                });
            }

            return () =>
            {
                foreach (var waiter in waiters)
                {
                    waiter.Provider.Should().BeNull();
                    state.Withdraw(registered, default);
                    waiter.Provider.Should().BeSameAs(registered);
                }

                (state.Metrics(0).InFlight, state.Metrics(0).Queued).Should().Be((1, 0));
            };
        },
        free);

    private static void CheckOnePermitEach(Scenario scenario, PointedProvider a, PointedProvider b)
    {
        (a.Peak, b.Peak).Should().Match<(int, int)>(peaks => peaks.Item1 <= 1 && peaks.Item2 <= 1);
        scenario.CheckRest(a, b);
    }
}
