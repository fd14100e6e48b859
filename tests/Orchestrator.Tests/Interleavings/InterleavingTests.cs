using Orchestrator.Tests.Stress;

namespace Orchestrator.Tests.Interleavings;

/// <summary>
/// The places where threads meet, in every order a hundred seeds give, and then all at once. More with the environment variable
/// ORCHESTRATOR_SCHEDULES.
/// </summary>
[Collection(StressCollection.Name)]
public class InterleavingTests
{
    private static readonly LlmException Down = new(LlmErrorKind.ServerError, "down");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_trial_that_is_due_is_made_by_one_call_and_by_no_other_until_its_next_cool_down(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a") { Failure = (Down, 0) });
            var b = scenario.Add(new PointedProvider(interleaver, "b"));
            for (var i = 0; i < 3; i++)
                scenario.Router.RouteAsync("hello").IsCompletedSuccessfully.Should().BeTrue();
            scenario.Clock.Advance(6100);
            for (var i = 0; i < 3; i++)
                interleaver.Add(() => (scenario.Call() + scenario.Call()).Should().Be("b0 b1 b0 b1 "));
            interleaver.Add(() => Advance(interleaver, scenario.Clock));
            return () =>
            {
                a.Calls.Should().Be(3 + 1, "of which one is the trial");
                scenario.CheckRest(a, b);
            };
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_call_that_begins_after_an_exclusion_does_not_ask_the_provider_again(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(
                new PointedProvider(interleaver, "a") { Failure = (new LlmException(LlmErrorKind.Authentication, "no key"), 0) });
            var b = scenario.Add(new PointedProvider(interleaver, "b"));
            scenario.OnTold = attempt => a.ClosedTo = attempt.Provider.Name == "a" ? Math.Min(a.ClosedTo, interleaver.Steps) : a.ClosedTo;
            for (var i = 0; i < 3; i++)
                interleaver.Add(() => (scenario.Call() + scenario.Call()).Should().Be("b0 b1 b0 b1 "));
            interleaver.Add(() => Advance(interleaver, scenario.Clock));
            return () => scenario.CheckRest(a, b);
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Permits_are_handed_on_and_never_lost_when_waiting_calls_are_cancelled(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a"), new() { MaxConcurrency = 1 });
            var sources = Enumerable.Range(0, 4).Select(_ => new CancellationTokenSource()).ToArray();
            foreach (var source in sources)
                interleaver.Add(
                    () => (scenario.Call(source.Token) ?? (source.IsCancellationRequested ? "a0 a1 " : "lost")).Should().Be("a0 a1 "));
            interleaver.Add(() =>
            {
                foreach (var source in sources.Take(3))
                {
                    interleaver.Point();
                    source.Cancel();
                    interleaver.Point();
                }
            });
            return () =>
            {
                a.Peak.Should().BeLessThanOrEqualTo(1);
                scenario.CheckRest(a);
            };
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Calls_that_begin_while_the_router_is_disposed_end_and_the_provider_is_closed_last(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var a = scenario.Add(new PointedProvider(interleaver, "a"));
            for (var i = 0; i < 2; i++)
                interleaver.Add(() => CallUntilDisposed(scenario));
            interleaver.Add(() => interleaver.Wait(scenario.Router.DisposeAsync().AsTask()));
            return () =>
            {
                SpinWait.SpinUntil(() => a.Disposals > 0, TimeSpan.FromSeconds(5));
                (a.Disposals, a.Fault).Should().Be((1, null));
                scenario.Attempts.Should().HaveCount(a.Calls).And.NotContain(
                    t => t.Outcome == AttemptOutcome.Failed || t.Outcome == AttemptOutcome.Abandoned);
            };
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_list_changes_under_calls_and_no_call_is_lost_and_no_removed_provider_is_asked(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            var names = new[] { "a", "b", "a", "c" };
            var all = Array.ConvertAll(names, n => new PointedProvider(interleaver, n));
            scenario.Add(all[0]);
            scenario.Add(all[1]);
            for (var i = 0; i < 3; i++)
            {
                interleaver.Add(() =>
                {
                    for (var n = 0; n < 3; n++)
                        scenario.Call().Should().MatchRegex("^(a0 a1 |b0 b1 |c0 c1 )$");
                });
            }

            interleaver.Add(() =>
            {
                scenario.Router.ReplaceProviders([new(all[2]), new(all[1])]);
                all[0].ClosedTo = interleaver.Steps;
                interleaver.Point();
                scenario.Router.AddProvider(all[3]);
                interleaver.Point();
                scenario.Router.RemoveProvider("a");
                all[2].ClosedTo = interleaver.Steps;
            });
            return () =>
            {
                scenario.CheckRest(all);
                // In the background.
                SpinWait.SpinUntil(() => all[0].Disposals > 0 && all[2].Disposals > 0, TimeSpan.FromSeconds(5));
                all.Select(p => p.Disposals).Should().Equal(1, 0, 1, 0);
            };
        },
        free);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream_that_is_cancelled_as_it_breaks_gives_words_of_one_provider_and_one_end(bool free) => Scenario.Explore(
        interleaver =>
        {
            var scenario = new Scenario(interleaver);
            // Before the first word, when it may start over elsewhere, or after it, when it may not.
            var after = (int)(interleaver.Seed / 9 % 2);
            var a = scenario.Add(new PointedProvider(interleaver, "a") { Failure = (Down, after) });
            var b = scenario.Add(new PointedProvider(interleaver, "b"));
            var source = new CancellationTokenSource();
            interleaver.Add(() => ReadAsync(interleaver, scenario, after, source).GetAwaiter().GetResult());
            interleaver.Add(() =>
            {
                for (var i = 0; i < 4; i++)
                    interleaver.Point();
                source.Cancel();
            });
            return () => scenario.CheckRest(a, b);
        },
        free);

    [Fact]
    public void The_explorer_finds_a_claim_that_looks_before_it_takes()
    {
        var careless = () => Scenario.Explore(Claims((interleaver, claim) =>
        {
            if (claim.Value)
                return false;
            interleaver.Point();
            return claim.Value = true;
        }), schedules: 300);
        careless.Should().Throw<InvalidOperationException>().WithMessage("Seed *");
        Scenario.Explore(Claims((interleaver, claim) =>
        {
            interleaver.Point();
            return !Interlocked.Exchange(ref claim.Value, true);
        }), schedules: 300);

        static Func<Interleaver, Action> Claims(Func<Interleaver, StrongBox, bool> claims) => interleaver =>
        {
            var (box, claimed) = (new StrongBox(), 0);
            for (var i = 0; i < 3; i++)
            {
                interleaver.Add(() =>
                {
                    interleaver.Point();
                    if (claims(interleaver, box))
                        Interlocked.Increment(ref claimed);
                });
            }

            return () => claimed.Should().Be(1);
        };
    }

    [Fact]
    public void The_same_seed_gives_the_same_order()
    {
        for (var seed = 0; seed < 50; seed++)
            Trace(seed).Should().Equal(Trace(seed));
        Enumerable.Range(0, 50).Select(s => string.Join(',', Trace(s))).Distinct().Count().Should().BeGreaterThan(25);

        static List<int> Trace(long seed)
        {
            var interleaver = new Interleaver(seed);
            var order = new List<int>();
            for (var i = 0; i < 3; i++)
            {
                var me = i;
                interleaver.Add(() =>
                {
                    for (var n = 0; n < 4; n++)
                    {
                        order.Add(me);
                        interleaver.Point();
                    }
                });
            }

            interleaver.Run();
            return order;
        }
    }

    private static void Advance(Interleaver interleaver, PointedClock clock)
    {
        for (var i = 0; i < 10; i++)
        {
            interleaver.Point();
            clock.Advance(1);
        }
    }

    private static void CallUntilDisposed(Scenario scenario)
    {
        try
        {
            for (var i = 0; i < 3; i++)
                scenario.Call().Should().Be("a0 a1 ");
        }
        catch (ObjectDisposedException)
        {
        }
    }

    private static async Task ReadAsync(Interleaver interleaver, Scenario scenario, int failsAfter, CancellationTokenSource source)
    {
        var text = "";
        try
        {
            await foreach (var update in scenario.Router.RouteStreamAsync("hello", cancellationToken: source.Token))
            {
                text += update.Text;
                interleaver.Point();
            }

            text.Should().Be("b0 b1 ");
            failsAfter.Should().Be(0);
        }
        catch (OperationCanceledException error)
        {
            error.CancellationToken.Should().Be(source.Token);
            source.IsCancellationRequested.Should().BeTrue();
            text.Should().BeOneOf("", "a0 ", "b0 ", "b0 b1 ");
        }
        catch (LlmException error)
        {
            (failsAfter, text, error.PartialText).Should().Be((1, "a0 ", "a0 "));
        }
    }

    private sealed class StrongBox
    {
        public bool Value;
    }
}
