using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Health;

/// <summary>Calls that wait for a place: first come, first served, nobody forgotten and nobody served twice.</summary>
public class WaitQueueProperties
{
    [Property(MaxTest = 10_000)]
    public void Places_go_to_those_who_wait_in_their_order_and_never_more_than_there_are(NonEmptyArray<byte> acts, PositiveInt places, PositiveInt limit)
    {
        var (most, longest) = (1 + (places.Get % 4), limit.Get % 6);
        var (state, slot) = NewState(most, longest);
        var running = new List<AttemptTicket>();
        var waiting = new List<PlaceWaiter>();
        foreach (var act in acts.Get)
        {
            switch (act % 4)
            {
                case 0:
                    var begun = state.TryBegin(slot, 0, anyway: false, out var ticket) == Admission.Begun;
                    begun.Should().Be(running.Count < most);
                    if (begun)
                        running.Add(ticket);
                    break;
                case 1:
                    var waiter = new PlaceWaiter();
                    var joined = state.Join(slot, waiter);
                    joined.Should().Be(running.Count < most ? Admission.Begun : waiting.Count < longest ? Admission.Full : Admission.Excluded);
                    if (joined == Admission.Begun)
                        running.Add(default);
                    else if (joined == Admission.Full)
                        waiting.Add(waiter);
                    waiter.Place.IsCompleted.Should().Be(joined == Admission.Begun);
                    break;
                case 2 when running.Count > 0:
                    running.RemoveAt(0);
                    state.Withdraw(slot, default);
                    if (waiting.Count > 0)
                    {
                        waiting[0].Place.IsCompletedSuccessfully.Should().BeTrue("who came first is served first");
                        waiting.RemoveAt(0);
                        running.Add(default);
                    }

                    break;
                case 3 when waiting.Count > 0:
                    var gone = waiting[act / 4 % waiting.Count];
                    gone.TryTake().Should().BeTrue("nobody has given it a place yet");
                    state.Leave(gone);
                    waiting.Remove(gone);
                    break;
            }

            waiting.Should().NotContain(w => w.Place.IsCompleted);
            var metrics = state.Metrics(0);
            (metrics.InFlight, metrics.Queued).Should().Be((running.Count, waiting.Count));
        }
    }

    [Fact]
    public async Task A_place_and_a_giving_up_at_the_same_moment_leave_neither_a_lost_place_nor_one_given_twice()
    {
        for (var round = 0; round < 5000; round++)
        {
            var (state, slot) = NewState(1, 10);
            state.TryBegin(slot, 0, anyway: false, out _).Should().Be(Admission.Begun);
            PlaceWaiter[] waiters = [new(), new(), new()];
            foreach (var waiter in waiters)
                state.Join(slot, waiter).Should().Be(Admission.Full);
            var gaveUp = false;
            await Stress.Race.RunAsync(round, () => state.Withdraw(slot, default), () =>
            {
                gaveUp = waiters[0].TryTake();
                state.Leave(waiters[0]);
            });
            waiters[0].Place.IsCompletedSuccessfully.Should().Be(!gaveUp);
            waiters[1].Place.IsCompletedSuccessfully.Should().Be(gaveUp);
            waiters[2].Place.IsCompleted.Should().BeFalse();
            state.Metrics(0).InFlight.Should().Be(1, $"of round {round}");
        }
    }

    [Fact]
    public async Task One_who_waits_at_two_providers_is_given_one_place()
    {
        var (first, slot1) = NewState(1, 10);
        var (second, slot2) = NewState(1, 10);
        first.TryBegin(slot1, 0, anyway: false, out _);
        second.TryBegin(slot2, 0, anyway: false, out _);
        var (both, next) = (new PlaceWaiter(), new PlaceWaiter());
        first.Join(slot1, both);
        second.Join(slot2, both);
        second.Join(slot2, next);
        first.Withdraw(slot1, default);
        second.Withdraw(slot2, default);
        (await both.Place, await next.Place).Should().Be((slot1, slot2));
        (first.Metrics(0).InFlight, second.Metrics(0).InFlight, second.Metrics(0).Queued).Should().Be((1, 1, 0));
    }

    [Fact]
    public async Task Who_waits_at_a_provider_that_leaves_the_list_is_told_so_at_once_whoever_else_waits()
    {
        var provider = FakeProvider.Answering("a", "ok");
        var (state, old) = NewState(1, 10, provider);
        state.TryBegin(old, 0, anyway: false, out _);
        var renewed = NewSlot(state, provider, 1, 10);
        var (early, late) = (new PlaceWaiter(), new PlaceWaiter());
        // Between the new list and the end of the old one, calls with either plan come to wait.
        state.Join(renewed, early);
        state.Join(old, late);
        state.Retire(old);
        late.Place.IsCompletedSuccessfully.Should().BeTrue();
        (await late.Place).Should().BeNull();
        early.Place.IsCompleted.Should().BeFalse();
    }

    private static (ProviderState State, ProviderSlot Slot) NewState(int places, int longest, FakeProvider? provider = null)
    {
        var state = new ProviderState("a", new HealthOptions(), 1000);
        return (state, NewSlot(state, provider ?? FakeProvider.Answering("a", "ok"), places, longest));
    }

    private static ProviderSlot NewSlot(ProviderState state, FakeProvider provider, int places, int longest)
    {
        var slot = new ProviderSlot(provider, provider.Info, new ProviderOptions { MaxConcurrency = places, QueueLimit = longest }, state, null, LimitOptions.Default);
        state.Attach(slot, "RUB", leaveOpen: true);
        return slot;
    }
}
