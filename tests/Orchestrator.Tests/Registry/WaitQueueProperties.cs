using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Registry;

/// <summary>Calls that wait for a permit: first come, first served, none forgotten and none served twice.</summary>
public class WaitQueueProperties
{
    [EffortProperty(500, 10_000)]
    public void Permits_go_to_waiting_calls_in_their_order_and_never_more_than_there_are(
        NonEmptyArray<byte> acts, PositiveInt permits, PositiveInt limit)
    {
        var (most, longest) = (1 + (permits.Get % 4), limit.Get % 6);
        var (state, registered) = States.New(most, longest);
        var running = new List<AttemptTicket>();
        var waiting = new List<PermitWaiter>();
        foreach (var act in acts.Get)
        {
            switch (act % 4)
            {
                case 0:
                    var begun = state.TryBegin(registered, 0, anyway: false, out var ticket) == ProviderAvailability.Available;
                    begun.Should().Be(running.Count < most);
                    if (begun)
                        running.Add(ticket);
                    break;
                case 1:
                    var waiter = new PermitWaiter();
                    var joined = state.Join(registered, waiter);
                    var given = running.Count < most;
                    joined.Should().Be(given || waiting.Count < longest);
                    if (given)
                        running.Add(default);
                    else if (joined)
                        waiting.Add(waiter);
                    waiter.Permit.IsCompleted.Should().Be(given);
                    break;
                case 2 when running.Count > 0:
                    running.RemoveAt(0);
                    state.Withdraw(registered, default);
                    if (waiting.Count > 0)
                    {
                        waiting[0].Permit.IsCompletedSuccessfully.Should().BeTrue("who came first is served first");
                        waiting.RemoveAt(0);
                        running.Add(default);
                    }

                    break;
                case 3 when waiting.Count > 0:
                    var gone = waiting[act / 4 % waiting.Count];
                    gone.TryTake().Should().BeTrue("no permit has been granted to it yet");
                    state.Leave(gone);
                    waiting.Remove(gone);
                    break;
            }

            waiting.Should().NotContain(w => w.Permit.IsCompleted);
            var metrics = state.Metrics(0);
            (metrics.InFlight, metrics.Queued).Should().Be((running.Count, waiting.Count));
        }
    }

    [Fact]
    public async Task A_permit_and_a_cancellation_at_the_same_moment_neither_lose_nor_double_a_permit()
    {
        for (var round = 0; round < 5000; round++)
        {
            var (state, registered) = States.New(1, 10);
            state.TryBegin(registered, 0, anyway: false, out _).Should().Be(ProviderAvailability.Available);
            PermitWaiter[] waiters = [new(), new(), new()];
            foreach (var waiter in waiters)
                state.Join(registered, waiter).Should().BeTrue();
            var gaveUp = false;
            await Stress.Race.RunAsync(round, () => state.Withdraw(registered, default), () =>
            {
                gaveUp = waiters[0].TryTake();
                state.Leave(waiters[0]);
            });
            waiters[0].Permit.IsCompletedSuccessfully.Should().Be(!gaveUp);
            waiters[1].Permit.IsCompletedSuccessfully.Should().Be(gaveUp);
            waiters[2].Permit.IsCompleted.Should().BeFalse();
            state.Metrics(0).InFlight.Should().Be(1, $"of round {round}");
        }
    }
}
