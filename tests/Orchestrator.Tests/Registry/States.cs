using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Registry;

/// <summary>The state of one provider, without a router around it. Its clock has 1,000 stamps a second.</summary>
internal static class States
{
    public const long Second = 1000;

    public static RouterClock Clock { get; } = new(new Thousandths());

    public static (ProviderState State, RegisteredProvider Registered) New(
        int? permits = null, int longest = 10, FakeProvider? provider = null, HealthOptions? health = null)
    {
        var state = new ProviderState("a", health ?? new HealthOptions(), Clock);
        return (state, NewRegistered(state, provider ?? FakeProvider.Answering("a", "ok"), permits, longest));
    }

    public static RegisteredProvider NewRegistered(ProviderState state, FakeProvider provider, int? permits = null, int longest = 10)
    {
        var registered = new RegisteredProvider(provider, provider.Info,
            new ProviderOptions { MaxConcurrency = permits, QueueLimit = longest }, state, null, TimeoutOptions.Default);
        state.Attach(registered, "RUB", leaveOpen: true);
        return registered;
    }

    /// <summary>Begins, which has to be possible.</summary>
    public static AttemptTicket Begin(this ProviderState state, RegisteredProvider registered, long now, bool anyway = false)
    {
        state.TryBegin(registered, now, anyway, out var ticket).Should().Be(ProviderAvailability.Available);
        return ticket;
    }

    public static AttemptEnd Succeed(this ProviderState state, RegisteredProvider registered, AttemptTicket ticket, long now,
        TimeSpan duration = default, TimeSpan? firstToken = null) =>
        state.End(registered, new AnswerTimes(firstToken ?? duration, duration), ticket, default, now, release: true);

    public static AttemptEnd Fail(this ProviderState state, RegisteredProvider registered, AttemptTicket ticket, long now,
        bool isFailure = true, TimeSpan? exclusion = null) =>
        state.End(
            registered,
            null,
            ticket,
            new HealthVerdict(isFailure, LlmErrorKind.ServerError, Jitter: 1) { Pause = exclusion },
            now,
            release: true);

    /// <summary>A call that waits, by the number of its arrival.</summary>
    public static PermitWaiter Waiter(long arrival = 1) => new(arrival);

    /// <summary>Waits for a permit.</summary>
    /// <returns>The place; null where there is no room.</returns>
    public static WaitPlace? Join(
        this ProviderState state, RegisteredProvider registered, PermitWaiter waiter, long now = 0, WaitFor what = WaitFor.Permit)
    {
        var place = new WaitPlace(waiter, registered, null);
        return state.Line.Join(place, what, now, returns: false) ? place : null;
    }

    /// <summary>Takes the provider off the list.</summary>
    public static bool Retire(this ProviderState state, RegisteredProvider registered) => state.Retire(registered, stamp: 1);

    private static LlmAttempt Attempt(
        RegisteredProvider registered, AttemptOutcome outcome, TimeSpan duration = default, TimeSpan? firstToken = null) =>
        new() { Provider = registered.Info, Outcome = outcome, Duration = duration, TimeToFirstToken = firstToken, Currency = "RUB" };

    private sealed class Thousandths : TimeProvider
    {
        public override long TimestampFrequency => Second;
    }
}
