using static Orchestrator.Tests.Registry.States;

namespace Orchestrator.Tests.Registry;

/// <summary>One provider's state by itself: what a plan sees of it, what a failure changes,
/// and that a plan does not wait for others.</summary>
public class ProviderStateTests
{
    private const long Now = 100 * Second;

    [Fact]
    public void A_provider_that_never_answered_has_no_time_to_go_by()
    {
        var (state, registered) = New();
        state.Snapshot(registered, Now).SecondsToFirstToken.Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(null, 5.0)]
    public void A_provider_is_rated_by_its_first_token_and_by_the_whole_answer_where_there_was_none(double? firstToken, double expected)
    {
        var (state, registered) = New();
        var first = firstToken is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        state.Succeed(registered, state.Begin(registered, Now), Now, TimeSpan.FromSeconds(5), first);
        state.Snapshot(registered, Now).SecondsToFirstToken.Should().Be(expected);
    }

    [Fact]
    public void A_provider_is_full_with_as_many_as_may_run_and_not_before()
    {
        var (state, registered) = New(permits: 2);
        var first = state.Begin(registered, Now);
        state.Snapshot(registered, Now).Availability.Should().Be(ProviderAvailability.Available);
        state.Begin(registered, Now);
        var full = state.Snapshot(registered, Now);
        (full.Availability, full.InFlight).Should().Be((ProviderAvailability.AtCapacity, 2));
        state.TryBegin(registered, Now, anyway: true, out _).Should().Be(ProviderAvailability.AtCapacity);
        state.Succeed(registered, first, Now);
        state.Snapshot(registered, Now).Availability.Should().Be(ProviderAvailability.Available);
    }

    [Fact]
    public void An_ejected_provider_counts_as_ejected_also_when_it_is_full()
    {
        var (state, registered) = New(permits: 1, health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(registered, state.Begin(registered, Now), Now);
        state.Begin(registered, Now, anyway: true);
        state.Snapshot(registered, Now).Availability.Should().Be(ProviderAvailability.Ejected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_ejected_provider_is_asked_only_when_no_other_is_left(bool anyway)
    {
        var (state, registered) = New(health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(registered, state.Begin(registered, Now), Now);
        state.TryBegin(registered, Now, anyway, out _).Should().Be(anyway ? ProviderAvailability.Available : ProviderAvailability.Ejected);
        state.Metrics(Now).InFlight.Should().Be(anyway ? 1 : 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_a_failure_that_counts_against_the_provider_ejects_it(bool isFailure)
    {
        var (state, registered) = New(health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(registered, state.Begin(registered, Now), Now, isFailure).Should().Be(isFailure ? AttemptEnd.Ejected : AttemptEnd.None);
        state.Snapshot(registered, Now).Availability.Should().Be(isFailure ? ProviderAvailability.Ejected : ProviderAvailability.Available);
    }

    [Fact]
    public void A_plan_looks_at_a_healthy_provider_without_waiting_for_any_other_reader()
    {
        var (state, registered) = New();
        LooksAround(state, registered, Now).Should().BeTrue("it is new");
        state.Succeed(registered, state.Begin(registered, Now), Now);
        LooksAround(state, registered, Now).Should().BeTrue("a call came and went");

        // A plan, and a call that begins, go another way while there is something to weigh;
        // whether they left all in order shows afterwards.
        var running = state.Begin(registered, Now);
        state.Fail(registered, state.Begin(registered, Now), Now);
        LooksAround(state, registered, Now, TimeSpan.FromMilliseconds(50)).Should().BeFalse("there is something to weigh");
        state.Succeed(registered, running, Now + 61 * Second);
        LooksAround(state, registered, Now + 61 * Second).Should().BeTrue("what a plan weighed is forgotten");

        state.Fail(registered, state.Begin(registered, Now + 61 * Second), Now + 61 * Second);
        running = state.Begin(registered, Now + 62 * Second);
        state.Succeed(registered, running, Now + 122 * Second);
        LooksAround(state, registered, Now + 122 * Second).Should().BeTrue("what a call weighed is forgotten");
    }

    /// <summary>Whether a plan is made in that time while another thread keeps the state from being changed.</summary>
    private static bool LooksAround(ProviderState state, RegisteredProvider registered, long now, TimeSpan? within = null)
    {
        using var done = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            state.Snapshot(registered, now);
            done.Set();
        });
        var inTime = false;
        state.Visit(now, since: 0, _ => { }, _ =>
        {
            thread.Start();
            inTime = done.Wait(within ?? TimeSpan.FromSeconds(10));
        });
        thread.Join();
        return inTime;
    }
}
