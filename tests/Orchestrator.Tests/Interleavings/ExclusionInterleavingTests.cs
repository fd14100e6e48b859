using Orchestrator.Tests.Stress;

namespace Orchestrator.Tests.Interleavings;

/// <summary>Exclusions and their trials, in every order a hundred seeds give, and then all at once.</summary>
[Collection(StressCollection.Name)]
public class ExclusionInterleavingTests
{
    private static readonly LlmException Refused = new(LlmErrorKind.Authentication, "no key");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_trial_that_is_due_after_an_exclusion_is_made_by_one_call(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a") { Failure = (Refused, 0) });
            var b = scenario.Add(new PointedProvider(interleaver, "b"));
            scenario.Router.RouteAsync("hello").IsCompletedSuccessfully.Should().BeTrue();
            scenario.Clock.Advance(5100);
            for (var i = 0; i < 3; i++)
                interleaver.Add(() => (scenario.Call() + scenario.Call()).Should().Be("b0 b1 b0 b1 "));
            interleaver.Add(() => Advance(interleaver, scenario.Clock, 10, 1));
            return () =>
            {
                a.Calls.Should().Be(1 + 1, "of which one is the trial");
                scenario.Router.GetMetrics()["a"].AvailableIn.Should().BeGreaterThan(TimeSpan.FromSeconds(9.9));
                scenario.CheckRest(a, b);
            };
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_calls_that_no_provider_is_left_for_one_a_second_is_let_through(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var providers = new[] { "a", "b" }.Select(
                name => scenario.Add(new PointedProvider(interleaver, name) { Failure = (Refused, 0) })).ToArray();
            scenario.Router.RouteAsync("hello").IsFaulted.Should().BeTrue();
            scenario.Clock.Advance(1000);
            for (var i = 0; i < 3; i++)
            {
                interleaver.Add(() =>
                {
                    for (var n = 0; n < 2; n++)
                        Fails(scenario).Should().BeOneOf(LlmErrorKind.Authentication, LlmErrorKind.NoCandidate);
                });
            }

            interleaver.Add(() => Advance(interleaver, scenario.Clock, 10, 1));
            return () =>
            {
                providers.Sum(p => p.Calls).Should().Be(2 + 1);
                scenario.CheckRest(providers);
            };
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_success_in_flight_and_a_new_exclusion_end_in_one_of_their_two_orders(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var asked = 0;
            var refuses = scenario.Add(new PointedProvider(interleaver, "a")
            {
                FailureOf = () => Interlocked.Increment(ref asked) == 1 ? (Refused, 0) : null,
            });
            var b = scenario.Add(new PointedProvider(interleaver, "b"));
            for (var i = 0; i < 2; i++)
                interleaver.Add(() => scenario.Call().Should().BeOneOf("a0 a1 ", "b0 b1 "));
            interleaver.Add(() => Advance(interleaver, scenario.Clock, 5, 1));
            return () =>
            {
                var metrics = scenario.Router.GetMetrics()["a"];
                metrics.Availability.Should().BeOneOf(ProviderAvailability.Available, ProviderAvailability.Excluded);
                if (!scenario.Attempts.Any(t => t.Provider.Name == "a" && t.Outcome == AttemptOutcome.Succeeded))
                    metrics.Availability.Should().Be(ProviderAvailability.Excluded);
                if (metrics.Availability == ProviderAvailability.Excluded)
                    metrics.AvailableIn.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
                scenario.CheckRest(refuses, b);
            };
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_that_wait_for_a_provider_that_is_switched_off_are_not_lost(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a"), new() { MaxConcurrency = 1 });
            for (var i = 0; i < 3; i++)
                interleaver.Add(() => CallOrNothing(scenario));
            interleaver.Add(() =>
            {
                interleaver.Point();
                scenario.Router.SetEnabled("a", false);
                interleaver.Point();
                scenario.Router.SetEnabled("a", true);
            });
            return () =>
            {
                a.Peak.Should().BeLessThanOrEqualTo(1);
                scenario.CheckRest(a);
                scenario.Router.GetMetrics()["a"].IsAvailable.Should().BeTrue();
            };
        },
        free);

    private static void CallOrNothing(Scenario scenario)
    {
        try
        {
            scenario.Call().Should().Be("a0 a1 ");
        }
        catch (LlmException error)
        {
            error.Kind.Should().Be(LlmErrorKind.NoCandidate);
        }
    }

    private static LlmErrorKind? Fails(Scenario scenario)
    {
        try
        {
            scenario.Call();
            return null;
        }
        catch (LlmException error)
        {
            return error.Kind;
        }
    }

    private static void Advance(Interleaver interleaver, PointedClock clock, int times, int by)
    {
        for (var i = 0; i < times; i++)
        {
            interleaver.Point();
            clock.Advance(by);
        }
    }
}
