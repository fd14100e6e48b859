using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Health.States;

namespace Orchestrator.Tests.Health;

/// <summary>Calls that wait for a place, one step at a time: what is given, to whom, and what of it may be used.</summary>
public class WaitQueueTests
{
    private const long Now = 100 * Second;

    [Fact]
    public async Task One_who_waits_at_two_providers_is_given_one_place()
    {
        var (first, slot1) = New(1, 10);
        var (second, slot2) = New(1, 10);
        first.TryBegin(slot1, 0, anyway: false, out _);
        second.TryBegin(slot2, 0, anyway: false, out _);
        var (both, next) = (new PermitWaiter(), new PermitWaiter());
        first.Join(slot1, both);
        second.Join(slot2, both);
        second.Join(slot2, next);
        first.Withdraw(slot1, default);
        second.Withdraw(slot2, default);
        (await both.Permit, await next.Permit).Should().Be((slot1, slot2));
        (first.Metrics(0).InFlight, second.Metrics(0).InFlight, second.Metrics(0).Queued).Should().Be((1, 1, 0));
    }

    [Fact]
    public async Task Who_waits_at_a_provider_that_leaves_the_list_is_told_so_at_once_whoever_else_waits()
    {
        var provider = FakeProvider.Answering("a", "ok");
        var (state, old) = New(1, 10, provider);
        state.TryBegin(old, 0, anyway: false, out _);
        var renewed = NewSlot(state, provider, 1, 10);
        var (early, late) = (new PermitWaiter(), new PermitWaiter());
        // Between the new list and the end of the old one, calls with either plan come to wait.
        state.Join(renewed, early);
        state.Join(old, late);
        state.Retire(old);
        late.Permit.IsCompletedSuccessfully.Should().BeTrue();
        (await late.Permit).Should().BeNull();
        early.Permit.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task Who_comes_when_a_place_is_free_has_it_at_once()
    {
        var (state, slot) = New(1);
        var waiter = new PermitWaiter();
        state.Join(slot, waiter).Should().BeTrue();
        waiter.Permit.IsCompletedSuccessfully.Should().BeTrue();
        (await waiter.Permit).Should().BeSameAs(slot);
        InFlightAndQueued(state).Should().Be((1, 0));
        state.TryBegin(slot, Now, anyway: false, out _).Should().Be(ProviderAvailability.AtCapacity);
    }

    [Fact]
    public void Who_has_given_up_or_is_served_elsewhere_takes_no_place_that_is_free()
    {
        var (state, slot) = New(1);
        var waiter = new PermitWaiter();
        waiter.TryTake().Should().BeTrue();
        state.Join(slot, waiter).Should().BeTrue();
        waiter.Permit.IsCompleted.Should().BeFalse();
        InFlightAndQueued(state).Should().Be((0, 0));
    }

    [Fact]
    public void A_place_that_is_given_back_goes_to_the_next_who_waits_and_then_is_free()
    {
        var (state, slot) = New(1);
        state.Begin(slot, Now);
        var waiter = new PermitWaiter();
        state.Join(slot, waiter).Should().BeTrue();
        state.Withdraw(slot, default).Should().BeFalse();
        waiter.Permit.IsCompletedSuccessfully.Should().BeTrue();
        InFlightAndQueued(state).Should().Be((1, 0));
        state.Withdraw(slot, default).Should().BeFalse("the slot is still listed");
        InFlightAndQueued(state).Should().Be((0, 0));
    }

    [Fact]
    public void A_trial_that_is_given_back_is_the_next_call_s()
    {
        var (state, slot) = Ejected();
        var trial = state.Begin(slot, Now + 10 * Second);
        trial.IsTrial.Should().BeTrue();
        state.Withdraw(slot, trial);
        state.Begin(slot, Now + 10 * Second).IsTrial.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_place_at_a_provider_that_was_excluded_meanwhile_is_not_used(bool excluded)
    {
        var (state, slot) = New(1);
        var running = state.Begin(slot, Now);
        state.Join(slot, new PermitWaiter()).Should().BeTrue();
        state.Fail(slot, running, Now, blamed: false, excluded ? TimeSpan.FromMinutes(5) : null);
        state.Metrics(Now).InFlight.Should().Be(1, "the place was handed on");
        state.Admit(slot, Now, TimeSpan.Zero, anyway: true, out _).Should().Be(excluded ? ProviderAvailability.Excluded : ProviderAvailability.Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_place_at_a_provider_that_was_ejected_meanwhile_is_used_only_by_who_has_nobody_else(bool anyway)
    {
        var (state, slot) = New(1, health: new HealthOptions { ConsecutiveFailures = 1 });
        var running = state.Begin(slot, Now);
        state.Join(slot, new PermitWaiter()).Should().BeTrue();
        state.Fail(slot, running, Now).Should().Be(AttemptEnd.Ejected);
        state.Admit(slot, Now, TimeSpan.Zero, anyway, out var ticket).Should().Be(anyway ? ProviderAvailability.Available : ProviderAvailability.Ejected);
        (ticket.WasEjected, ticket.IsTrial).Should().Be((true, false));
    }

    [Fact]
    public void A_place_at_a_provider_that_has_left_the_list_meanwhile_is_not_used()
    {
        var (state, slot) = New(1);
        state.Begin(slot, Now);
        state.Join(slot, new PermitWaiter());
        state.Withdraw(slot, default);
        state.Retire(slot).Should().BeFalse("the place is still counted in");
        state.Admit(slot, Now, TimeSpan.Zero, anyway: true, out _).Should().Be(ProviderAvailability.Excluded);
        state.Withdraw(slot, default).Should().BeTrue("nobody uses it any more");
    }

    [Fact]
    public void No_call_begins_or_waits_at_a_provider_that_has_left_and_none_is_left_in_its_queue()
    {
        var (state, slot) = New(1);
        state.Begin(slot, Now);
        PermitWaiter[] waiters = [new(), new()];
        foreach (var waiter in waiters)
            state.Join(slot, waiter).Should().BeTrue();
        state.Retire(slot);
        waiters.Should().OnlyContain(w => w.Permit.IsCompletedSuccessfully);
        InFlightAndQueued(state).Should().Be((1, 0));
        state.TryBegin(slot, Now, anyway: true, out _).Should().Be(ProviderAvailability.Excluded);
        state.Join(slot, new PermitWaiter()).Should().BeFalse();
    }

    private static (ProviderState State, RegisteredProvider Slot) Ejected()
    {
        var (state, slot) = New(health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(slot, state.Begin(slot, Now), Now).Should().Be(AttemptEnd.Ejected);
        return (state, slot);
    }

    private static (int InFlight, int Queued) InFlightAndQueued(ProviderState state)
    {
        var metrics = state.Metrics(Now);
        return (metrics.InFlight, metrics.Queued);
    }
}
