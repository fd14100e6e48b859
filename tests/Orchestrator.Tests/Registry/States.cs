using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Registry;

/// <summary>The state of one provider, without a router around it. Its clock has 1,000 stamps a second.</summary>
internal static class States
{
    public const long Second = 1000;

    public static RouterClock Clock { get; } = new(new Thousandths());

    public static (ProviderState State, RegisteredProvider Slot) New(int? places = null, int longest = 10, FakeProvider? provider = null, HealthOptions? health = null)
    {
        var state = new ProviderState("a", health ?? new HealthOptions(), Clock);
        return (state, NewSlot(state, provider ?? FakeProvider.Answering("a", "ok"), places, longest));
    }

    public static RegisteredProvider NewSlot(ProviderState state, FakeProvider provider, int? places = null, int longest = 10)
    {
        var slot = new RegisteredProvider(provider, provider.Info, new ProviderOptions { MaxConcurrency = places, QueueLimit = longest }, state, null, TimeoutOptions.Default);
        state.Attach(slot, "RUB", leaveOpen: true);
        return slot;
    }

    /// <summary>Begins, which has to be possible.</summary>
    public static AttemptTicket Begin(this ProviderState state, RegisteredProvider slot, long now, bool anyway = false)
    {
        state.TryBegin(slot, now, anyway, out var ticket).Should().Be(ProviderAvailability.Available);
        return ticket;
    }

    public static AttemptEnd Succeed(this ProviderState state, RegisteredProvider slot, AttemptTicket ticket, long now, TimeSpan duration = default, TimeSpan? firstToken = null) =>
        state.End(slot, firstToken ?? duration, ticket, default, now, release: true);

    public static AttemptEnd Fail(this ProviderState state, RegisteredProvider slot, AttemptTicket ticket, long now, bool blamed = true, TimeSpan? exclusion = null) =>
        state.End(slot, null, ticket, new HealthVerdict(blamed, LlmErrorKind.ServerError, exclusion, Jitter: 1), now, release: true);

    /// <summary>Takes the slot off the list.</summary>
    public static bool Retire(this ProviderState state, RegisteredProvider slot) => state.Retire(slot, stamp: 1);

    private static LlmAttempt Attempt(RegisteredProvider slot, AttemptOutcome outcome, TimeSpan duration = default, TimeSpan? firstToken = null) =>
        new() { Provider = slot.Info, Outcome = outcome, Duration = duration, TimeToFirstToken = firstToken, Currency = "RUB" };

    private sealed class Thousandths : TimeProvider
    {
        public override long TimestampFrequency => Second;
    }
}
