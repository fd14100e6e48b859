using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Registry.States;

namespace Orchestrator.Tests.Registry;

/// <summary>Calls that wait for a permit: first come, first served, none forgotten and none served twice.</summary>
public class WaitQueueProperties
{
    [EffortProperty(500, 10_000)]
    public void Permits_go_to_waiting_calls_in_their_order_and_never_more_than_there_are(
        NonEmptyArray<byte> acts, PositiveInt permits, PositiveInt limit)
    {
        var (most, longest) = (1 + (permits.Get % 4), limit.Get % 6);
        var (state, registered) = New(most, longest);
        var running = 0;
        var arrivals = 0;
        var waiting = new List<(PermitWaiter Waiter, WaitPlace Place)>();
        var gone = new List<PermitWaiter>();
        foreach (var act in acts.Get)
        {
            switch (act % 5)
            {
                case 0:
                    var begun = state.TryBegin(registered, 0, anyway: false, out _) == ProviderAvailability.Available;
                    begun.Should().Be(running < most);
                    running += begun ? 1 : 0;
                    break;
                case 1:
                    Come(Waiter(++arrivals), returns: false);
                    break;
                case 2 when running > 0:
                    running--;
                    state.Withdraw(registered, default);
                    if (waiting.Count > 0)
                    {
                        waiting[0].Waiter.Provider.Should().BeSameAs(registered, "who came first is served first");
                        waiting.RemoveAt(0);
                        running++;
                    }

                    break;
                case 3 when waiting.Count > 0:
                    var leaver = waiting[act / 5 % waiting.Count];
                    leaver.Waiter.TryTake().Should().BeTrue("no permit has been granted to it yet");
                    state.Line.Leave(leaver.Place);
                    waiting.Remove(leaver);
                    gone.Add(leaver.Waiter);
                    break;
                case 4 when gone.Count > 0:
                    var back = gone[act / 5 % gone.Count];
                    gone.Remove(back);
                    Come(Waiter(back.Arrival), returns: true);
                    break;
            }

            waiting.Should().NotContain(w => w.Waiter.Provider != null);
            var metrics = state.Metrics(0);
            (metrics.InFlight, metrics.Queued).Should().Be((running, waiting.Count));
        }

        void Come(PermitWaiter waiter, bool returns)
        {
            var place = new WaitPlace(waiter, registered, null);
            var joined = state.Line.Join(place, WaitFor.Permit, 0, returns);
            var given = running < most;
            joined.Should().Be(given || returns || waiting.Count < longest);
            waiter.Provider.Should().BeSameAs(given ? registered : null);
            if (given)
                running++;
            else if (joined)
                waiting.Insert(waiting.Count(w => w.Waiter.Arrival < waiter.Arrival), (waiter, place));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Joining_leaving_coming_back_and_being_served_take_no_more_steps_in_a_longer_line(bool lastFirst)
    {
        var line = new WaitQueue();
        var (_, registered) = New(1);
        const int calls = 40_000;
        var places = Enumerable.Range(1, calls).Select(n => new WaitPlace(Waiter(n), registered, null)).ToArray();
        foreach (var place in places)
            line.Join(place, WaitFor.Permit);
        line.Steps.Should().Be(0, "newcomers are appended");
        for (var i = 0; i < 100; i++)
        {
            // One of the first comes back to its place.
            line.Leave(places[i]);
            line.Join(places[i], WaitFor.Permit);
        }

        line.Steps.Should().BeLessThan(100 * 101);
        var before = line.Steps;
        line.First(isEjected: false).Should().BeSameAs(places[0]);
        foreach (var place in lastFirst ? places.Reverse() : places)
            line.Leave(place);
        (line.Count, line.IsEmpty, line.Steps).Should().Be((0, true, before));
    }

    [Fact]
    public async Task A_permit_and_a_cancellation_at_the_same_moment_neither_lose_nor_double_a_permit()
    {
        for (var round = 0; round < 5000; round++)
        {
            var (state, registered) = New(1, 10);
            state.TryBegin(registered, 0, anyway: false, out _).Should().Be(ProviderAvailability.Available);
            PermitWaiter[] waiters = [Waiter(1), Waiter(2), Waiter(3)];
            var places = Array.ConvertAll(waiters, waiter => state.Join(registered, waiter)!);
            var gaveUp = false;
            await Stress.Race.RunAsync(round, () => state.Withdraw(registered, default), () =>
            {
                gaveUp = waiters[0].TryTake();
                state.Line.Leave(places[0]);
            });
            waiters.Select(w => w.Provider is not null).Should().Equal(!gaveUp, gaveUp, false);
            state.Metrics(0).InFlight.Should().Be(1, $"of round {round}");
        }
    }

    [Fact]
    public async Task A_call_that_is_woken_as_it_begins_to_wait_is_never_left_waiting()
    {
        for (var round = 0; round < 5000; round++)
        {
            var waiter = Waiter();
            for (var turn = 0; turn < 2; turn++)
            {
                var wait = Task.CompletedTask;
                await Stress.Race.RunAsync(round, waiter.Wake, () => wait = waiter.WaitAsync().AsTask());
                await wait.WaitAsync(TimeSpan.FromSeconds(20));
            }
        }
    }
}
