using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Registry.States;

namespace Orchestrator.Tests.Registry;

/// <summary>Calls that wait for a permit, one step at a time: what is granted, to which call, and what of it may be used.</summary>
public class WaitQueueTests
{
    private const long Now = 100 * Second;

    [Fact]
    public void A_call_that_waits_at_two_providers_is_granted_one_permit()
    {
        var (first, registered1) = New(1, 10);
        var (second, registered2) = New(1, 10);
        first.TryBegin(registered1, 0, anyway: false, out _);
        second.TryBegin(registered2, 0, anyway: false, out _);
        var (both, next) = (Waiter(1), Waiter(2));
        first.Join(registered1, both);
        second.Join(registered2, both);
        second.Join(registered2, next);
        first.Withdraw(registered1, default);
        second.Withdraw(registered2, default);
        (both.Provider, next.Provider).Should().Be((registered1, registered2));
        (first.Metrics(0).InFlight, second.Metrics(0).InFlight, second.Metrics(0).Queued).Should().Be((1, 1, 0));
    }

    [Fact]
    public void A_call_that_waits_at_a_provider_that_leaves_the_list_is_woken_at_once()
    {
        var provider = FakeProvider.Answering("a", "ok");
        var (state, old) = New(1, 10, provider);
        state.TryBegin(old, 0, anyway: false, out _);
        var renewed = NewRegistered(state, provider, 1, 10);
        var (early, late) = (Waiter(1), Waiter(2));
        // Between the new list and the end of the old one, calls with either plan come to wait.
        state.Join(renewed, early);
        state.Join(old, late);
        state.Retire(old);
        IsWoken(late).Should().BeTrue();
        late.Provider.Should().BeNull();
        IsWoken(early).Should().BeFalse();
    }

    [Fact]
    public void A_call_that_comes_when_a_permit_is_free_has_it_at_once()
    {
        var (state, registered) = New(1);
        var waiter = Waiter();
        state.Join(registered, waiter).Should().NotBeNull();
        waiter.Provider.Should().BeSameAs(registered);
        InFlightAndQueued(state).Should().Be((1, 0));
        state.TryBegin(registered, Now, anyway: false, out _).Should().Be(ProviderAvailability.AtCapacity);
    }

    [Fact]
    public void A_call_that_was_cancelled_or_is_served_elsewhere_takes_no_free_permit()
    {
        var (state, registered) = New(1);
        var waiter = Waiter();
        waiter.TryTake().Should().BeTrue();
        state.Join(registered, waiter).Should().NotBeNull();
        waiter.Provider.Should().BeNull();
        InFlightAndQueued(state).Should().Be((0, 0));
    }

    [Fact]
    public void A_permit_that_is_given_back_goes_to_the_next_waiting_call_and_then_is_free()
    {
        var (state, registered) = New(1);
        state.Begin(registered, Now);
        var waiter = Waiter();
        state.Join(registered, waiter).Should().NotBeNull();
        state.Withdraw(registered, default).Should().BeFalse();
        waiter.Provider.Should().BeSameAs(registered);
        InFlightAndQueued(state).Should().Be((1, 0));
        state.Withdraw(registered, default).Should().BeFalse("the provider is still listed");
        InFlightAndQueued(state).Should().Be((0, 0));
    }

    [Fact]
    public void A_trial_that_is_given_back_is_the_next_call_s()
    {
        var (state, registered) = Ejected();
        var trial = state.Begin(registered, Now + 10 * Second);
        trial.IsTrial.Should().BeTrue();
        state.Withdraw(registered, trial);
        state.Begin(registered, Now + 10 * Second).IsTrial.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_permit_of_a_provider_that_was_excluded_meanwhile_is_not_granted(bool excluded)
    {
        var (state, registered) = New(1);
        var running = state.Begin(registered, Now);
        var waiter = Waiter();
        var place = state.Join(registered, waiter)!;
        state.Fail(registered, running, Now, isFailure: false, excluded ? TimeSpan.FromMinutes(5) : null);
        (waiter.Provider is null, IsWoken(waiter)).Should().Be((excluded, true), "the call looks for itself whether any other is left");
        InFlightAndQueued(state).Should().Be((excluded ? 0 : 1, 0));
        place.Line.Should().Match(line => line != null == excluded, "it keeps its place");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_permit_of_a_provider_ejected_meanwhile_is_granted_only_to_a_call_without_another(bool another)
    {
        var (state, registered) = New(1, health: new HealthOptions { ConsecutiveFailures = 1 });
        var (other, registered2) = New(1);
        var running = state.Begin(registered, Now);
        other.Begin(registered2, Now);
        var waiter = Waiter();
        var place = state.Join(registered, waiter)!;
        if (another)
            other.Join(registered2, waiter);
        state.Fail(registered, running, Now).Should().Be(AttemptEnd.Ejected);
        waiter.Provider.Should().BeSameAs(another ? null : registered);
        (place.Line is not null, place.For).Should().Be((another, another ? WaitFor.Availability : WaitFor.PermitAnyway));
        InFlightAndQueued(state).Should().Be((another ? 0 : 1, 0));
        if (!another)
            (waiter.Ticket.WasEjected, waiter.Ticket.IsTrial).Should().Be((true, false));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_permit_is_admitted_as_the_provider_is_when_the_call_goes_on(bool anyway)
    {
        var (state, registered) = New(2, health: new HealthOptions { ConsecutiveFailures = 1 });
        var running = state.Begin(registered, Now);
        var granted = Waiter();
        state.Join(registered, granted);
        state.Fail(registered, running, Now);
        var ticket = anyway ? granted.Ticket with { WasEjected = true } : granted.Ticket;
        state.Admit(registered, Now, TimeSpan.Zero, ref ticket)
            .Should().Be(anyway ? ProviderAvailability.Available : ProviderAvailability.Ejected);
    }

    [Fact]
    public void The_first_in_line_makes_the_trial_and_the_others_are_served_in_order_when_it_succeeds()
    {
        var (state, registered) = New(2, health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(registered, state.Begin(registered, Now), Now);
        var waiters = Enumerable.Range(1, 4).Select(n => Waiter(n)).ToArray();
        foreach (var waiter in waiters.Reverse())
            state.Join(registered, waiter, Now, WaitFor.Availability);
        state.Line.HandOn(Now + Second);
        waiters.Should().OnlyContain(w => w.Provider == null, "it cools down");
        state.Metrics(Now).Queued.Should().Be(0, "they wait for a permit elsewhere");
        var back = Now + 10 * Second;
        state.TryBegin(registered, back, anyway: false, out _).Should().Be(ProviderAvailability.Ejected, "another is the trial");
        waiters.Select(w => w.Provider is not null).Should().Equal(true, false, false, false);
        waiters[0].Ticket.IsTrial.Should().BeTrue();
        state.Succeed(registered, waiters[0].Ticket, back);
        waiters.Select(w => w.Provider is not null).Should().Equal(true, true, true, false);
        state.TryBegin(registered, back, anyway: false, out _).Should().Be(ProviderAvailability.AtCapacity);
        state.Succeed(registered, waiters[1].Ticket, back);
        waiters[3].Provider.Should().BeSameAs(registered);
    }

    [Fact]
    public void A_call_that_has_waited_before_begins_before_those_that_came_after_it()
    {
        var (state, registered) = New(1, health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(registered, state.Begin(registered, Now), Now);
        var later = Waiter(7);
        state.Join(registered, later, Now, WaitFor.Availability);
        var back = Now + 10 * Second;
        state.TryBegin(registered, back, anyway: false, out var ticket, arrival: 3).Should().Be(ProviderAvailability.Available);
        (ticket.IsTrial, later.Provider).Should().Be((true, null));
    }

    [Fact]
    public void A_permit_of_a_provider_that_has_left_the_list_meanwhile_is_not_used()
    {
        var (state, registered) = New(1);
        state.Begin(registered, Now);
        state.Join(registered, Waiter());
        state.Withdraw(registered, default);
        state.Retire(registered).Should().BeFalse("the permit is still counted");
        var ticket = default(AttemptTicket);
        state.Admit(registered, Now, TimeSpan.Zero, ref ticket).Should().Be(ProviderAvailability.Excluded);
        state.Withdraw(registered, default).Should().BeTrue("no call uses it any more");
    }

    [Fact]
    public void No_call_begins_or_waits_at_a_provider_that_has_left_and_none_is_left_in_its_queue()
    {
        var (state, registered) = New(1);
        state.Begin(registered, Now);
        PermitWaiter[] waiters = [Waiter(1), Waiter(2)];
        foreach (var waiter in waiters)
            state.Join(registered, waiter).Should().NotBeNull();
        state.Retire(registered);
        waiters.Should().OnlyContain(w => IsWoken(w));
        InFlightAndQueued(state).Should().Be((1, 0));
        state.TryBegin(registered, Now, anyway: true, out _).Should().Be(ProviderAvailability.Excluded);
        state.Join(registered, Waiter()).Should().BeNull();
    }

    private static (ProviderState State, RegisteredProvider Registered) Ejected()
    {
        var (state, registered) = New(health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(registered, state.Begin(registered, Now), Now).Should().Be(AttemptEnd.Ejected);
        return (state, registered);
    }

    private static bool IsWoken(PermitWaiter waiter) => waiter.WaitAsync().AsTask().IsCompletedSuccessfully;

    private static (int InFlight, int Queued) InFlightAndQueued(ProviderState state)
    {
        var metrics = state.Metrics(Now);
        return (metrics.InFlight, metrics.Queued);
    }
}
