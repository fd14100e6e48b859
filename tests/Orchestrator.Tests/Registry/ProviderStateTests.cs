using static Orchestrator.Tests.Registry.States;

namespace Orchestrator.Tests.Registry;

/// <summary>One provider's state by itself: what a plan is told of it, what a failure brings about, and that a plan does not wait for others.</summary>
public class ProviderStateTests
{
    private const long Now = 100 * Second;

    [Fact]
    public void A_provider_that_never_answered_has_no_time_to_go_by()
    {
        var (state, slot) = New();
        state.Snapshot(slot, Now).SecondsToFirstToken.Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(1.0, 1.0)]
    [InlineData(null, 5.0)]
    public void A_provider_is_rated_by_its_first_token_and_by_the_whole_answer_where_there_was_none(double? firstToken, double expected)
    {
        var (state, slot) = New();
        var first = firstToken is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        state.Succeed(slot, state.Begin(slot, Now), Now, TimeSpan.FromSeconds(5), first);
        state.Snapshot(slot, Now).SecondsToFirstToken.Should().Be(expected);
    }

    [Fact]
    public void A_provider_is_full_with_as_many_as_may_run_and_not_before()
    {
        var (state, slot) = New(places: 2);
        var first = state.Begin(slot, Now);
        state.Snapshot(slot, Now).Availability.Should().Be(ProviderAvailability.Available);
        state.Begin(slot, Now);
        var full = state.Snapshot(slot, Now);
        (full.Availability, full.InFlight).Should().Be((ProviderAvailability.AtCapacity, 2));
        state.TryBegin(slot, Now, anyway: true, out _).Should().Be(ProviderAvailability.AtCapacity);
        state.Succeed(slot, first, Now);
        state.Snapshot(slot, Now).Availability.Should().Be(ProviderAvailability.Available);
    }

    [Fact]
    public void An_ejected_provider_that_is_full_is_avoided_all_the_same()
    {
        var (state, slot) = New(places: 1, health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(slot, state.Begin(slot, Now), Now);
        state.Begin(slot, Now, anyway: true);
        state.Snapshot(slot, Now).Availability.Should().Be(ProviderAvailability.Ejected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_ejected_provider_is_asked_only_when_nobody_else_is_left(bool anyway)
    {
        var (state, slot) = New(health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(slot, state.Begin(slot, Now), Now);
        state.TryBegin(slot, Now, anyway, out _).Should().Be(anyway ? ProviderAvailability.Available : ProviderAvailability.Ejected);
        state.Metrics(Now).InFlight.Should().Be(anyway ? 1 : 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Only_a_failure_the_provider_is_to_blame_for_ejects_it(bool blamed)
    {
        var (state, slot) = New(health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(slot, state.Begin(slot, Now), Now, blamed).Should().Be(blamed ? AttemptEnd.Ejected : AttemptEnd.None);
        state.Snapshot(slot, Now).Availability.Should().Be(blamed ? ProviderAvailability.Ejected : ProviderAvailability.Available);
    }

    [Fact]
    public void A_plan_looks_at_a_healthy_provider_without_waiting_for_the_exporter_or_anybody_else()
    {
        var (state, slot) = New();
        LooksAround(state, slot, Now).Should().BeTrue("it is new");
        state.Succeed(slot, state.Begin(slot, Now), Now);
        LooksAround(state, slot, Now).Should().BeTrue("a call came and went");

        // A plan, and a call that begins, go another way while there is something to weigh; whether they left all in order shows afterwards.
        var running = state.Begin(slot, Now);
        state.Fail(slot, state.Begin(slot, Now), Now);
        LooksAround(state, slot, Now, TimeSpan.FromMilliseconds(50)).Should().BeFalse("there is something to weigh");
        state.Succeed(slot, running, Now + 61 * Second);
        LooksAround(state, slot, Now + 61 * Second).Should().BeTrue("what a plan weighed is forgotten");

        state.Fail(slot, state.Begin(slot, Now + 61 * Second), Now + 61 * Second);
        running = state.Begin(slot, Now + 62 * Second);
        state.Succeed(slot, running, Now + 122 * Second);
        LooksAround(state, slot, Now + 122 * Second).Should().BeTrue("what a call weighed is forgotten");
    }

    /// <summary>Whether a plan is made in that time while somebody keeps the state from being changed.</summary>
    private static bool LooksAround(ProviderState state, RegisteredProvider slot, long now, TimeSpan? within = null)
    {
        using var done = new ManualResetEventSlim();
        var thread = new Thread(() =>
        {
            state.Snapshot(slot, now);
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
