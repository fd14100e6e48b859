using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Registry.States;

namespace Orchestrator.Tests.Registry;

/// <summary>Calls that wait for a permit, one step at a time: what is granted, to which call, and what of it may be used.</summary>
public class WaitQueueTests
{
    private const long Now = 100 * Second;

    [Fact]
    public async Task A_call_that_waits_at_two_providers_is_granted_one_permit()
    {
        var (first, registered1) = New(1, 10);
        var (second, registered2) = New(1, 10);
        first.TryBegin(registered1, 0, anyway: false, out _);
        second.TryBegin(registered2, 0, anyway: false, out _);
        var (both, next) = (new PermitWaiter(), new PermitWaiter());
        first.Join(registered1, both);
        second.Join(registered2, both);
        second.Join(registered2, next);
        first.Withdraw(registered1, default);
        second.Withdraw(registered2, default);
        (await both.Permit, await next.Permit).Should().Be((registered1, registered2));
        (first.Metrics(0).InFlight, second.Metrics(0).InFlight, second.Metrics(0).Queued).Should().Be((1, 1, 0));
    }

    [Fact]
    public async Task A_call_that_waits_at_a_provider_that_leaves_the_list_is_woken_at_once()
    {
        var provider = FakeProvider.Answering("a", "ok");
        var (state, old) = New(1, 10, provider);
        state.TryBegin(old, 0, anyway: false, out _);
        var renewed = NewRegistered(state, provider, 1, 10);
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
    public async Task A_call_that_comes_when_a_permit_is_free_has_it_at_once()
    {
        var (state, registered) = New(1);
        var waiter = new PermitWaiter();
        state.Join(registered, waiter).Should().BeTrue();
        waiter.Permit.IsCompletedSuccessfully.Should().BeTrue();
        (await waiter.Permit).Should().BeSameAs(registered);
        InFlightAndQueued(state).Should().Be((1, 0));
        state.TryBegin(registered, Now, anyway: false, out _).Should().Be(ProviderAvailability.AtCapacity);
    }

    [Fact]
    public void A_call_that_was_cancelled_or_is_served_elsewhere_takes_no_free_permit()
    {
        var (state, registered) = New(1);
        var waiter = new PermitWaiter();
        waiter.TryTake().Should().BeTrue();
        state.Join(registered, waiter).Should().BeTrue();
        waiter.Permit.IsCompleted.Should().BeFalse();
        InFlightAndQueued(state).Should().Be((0, 0));
    }

    [Fact]
    public void A_permit_that_is_given_back_goes_to_the_next_waiting_call_and_then_is_free()
    {
        var (state, registered) = New(1);
        state.Begin(registered, Now);
        var waiter = new PermitWaiter();
        state.Join(registered, waiter).Should().BeTrue();
        state.Withdraw(registered, default).Should().BeFalse();
        waiter.Permit.IsCompletedSuccessfully.Should().BeTrue();
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
    public void A_permit_of_a_provider_that_was_excluded_meanwhile_is_not_used(bool excluded)
    {
        var (state, registered) = New(1);
        var running = state.Begin(registered, Now);
        state.Join(registered, new PermitWaiter()).Should().BeTrue();
        state.Fail(registered, running, Now, isFailure: false, excluded ? TimeSpan.FromMinutes(5) : null);
        state.Metrics(Now).InFlight.Should().Be(1, "the permit was handed on");
        state.Admit(registered, Now, TimeSpan.Zero, anyway: true, out _)
            .Should().Be(excluded ? ProviderAvailability.Excluded : ProviderAvailability.Available);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_permit_of_a_provider_ejected_meanwhile_is_used_only_by_a_call_without_another(bool anyway)
    {
        var (state, registered) = New(1, health: new HealthOptions { ConsecutiveFailures = 1 });
        var running = state.Begin(registered, Now);
        state.Join(registered, new PermitWaiter()).Should().BeTrue();
        state.Fail(registered, running, Now).Should().Be(AttemptEnd.Ejected);
        state.Admit(registered, Now, TimeSpan.Zero, anyway, out var ticket)
            .Should().Be(anyway ? ProviderAvailability.Available : ProviderAvailability.Ejected);
        (ticket.WasEjected, ticket.IsTrial).Should().Be((true, false));
    }

    [Fact]
    public void A_permit_of_a_provider_that_has_left_the_list_meanwhile_is_not_used()
    {
        var (state, registered) = New(1);
        state.Begin(registered, Now);
        state.Join(registered, new PermitWaiter());
        state.Withdraw(registered, default);
        state.Retire(registered).Should().BeFalse("the permit is still counted");
        state.Admit(registered, Now, TimeSpan.Zero, anyway: true, out _).Should().Be(ProviderAvailability.Excluded);
        state.Withdraw(registered, default).Should().BeTrue("no call uses it any more");
    }

    [Fact]
    public void No_call_begins_or_waits_at_a_provider_that_has_left_and_none_is_left_in_its_queue()
    {
        var (state, registered) = New(1);
        state.Begin(registered, Now);
        PermitWaiter[] waiters = [new(), new()];
        foreach (var waiter in waiters)
            state.Join(registered, waiter).Should().BeTrue();
        state.Retire(registered);
        waiters.Should().OnlyContain(w => w.Permit.IsCompletedSuccessfully);
        InFlightAndQueued(state).Should().Be((1, 0));
        state.TryBegin(registered, Now, anyway: true, out _).Should().Be(ProviderAvailability.Excluded);
        state.Join(registered, new PermitWaiter()).Should().BeFalse();
    }

    private static (ProviderState State, RegisteredProvider Registered) Ejected()
    {
        var (state, registered) = New(health: new HealthOptions { ConsecutiveFailures = 1 });
        state.Fail(registered, state.Begin(registered, Now), Now).Should().Be(AttemptEnd.Ejected);
        return (state, registered);
    }

    private static (int InFlight, int Queued) InFlightAndQueued(ProviderState state)
    {
        var metrics = state.Metrics(Now);
        return (metrics.InFlight, metrics.Queued);
    }
}
