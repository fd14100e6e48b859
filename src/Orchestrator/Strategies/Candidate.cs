namespace Orchestrator;

/// <summary>The state of a provider when the call began. Immutable.</summary>
/// <param name="Info">Who it is.</param>
public readonly record struct Candidate(ProviderInfo Info)
{
    /// <summary>How it is used by this router.</summary>
    public ProviderOptions Options { get; init; } = ProviderOptions.Default;

    /// <summary>Its price; <see langword="null"/> when unknown.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>The time to expect of it, as a peak-sensitive average that fades with a time constant of 10 s: to the first token where
    /// every provider of the call would be asked to stream, else to the whole answer, so that like is compared with like.
    /// <see langword="null"/> before its first success of that kind.</summary>
    public TimeSpan? TimeToFirstToken
    {
        get => State.IsWarm ? new TimeSpan(State.FirstTokenTicks) : null;
        init => State = State with { FirstTokenTicks = value is { } time ? Math.Max(1, time.Ticks) : 0 };
    }

    /// <summary>How many attempts it has running.</summary>
    public int InFlight { get => State.InFlight; init => State = State with { InFlight = value }; }

    /// <summary>Its status by the errors in <see cref="HealthOptions.Window"/> (60 s).</summary>
    public ProviderHealth Health { get => State.Health; init => State = State with { Health = value }; }

    /// <summary>The answer of its last <see cref="IHealthProbe"/>; <see langword="true"/> without one, and where the strategy uses no
    /// probes (<see cref="IRoutingStrategy.UsesHealthProbes"/>).</summary>
    public bool IsReachable { get => State.IsReachable; init => State = State with { IsReachable = value }; }

    /// <summary>Seconds to expect for one more call: <see cref="TimeToFirstToken"/> × (<see cref="InFlight"/> + 1); <see langword="null"/>
    /// while cold.</summary>
    public double? Load => State.IsWarm ? (double)State.FirstTokenTicks / TimeSpan.TicksPerSecond * (InFlight + 1) : null;

    internal CandidateState State { get; init; } = new(0, 0, ProviderHealth.Healthy, IsReachable: true);

    /// <summary>The list that the candidate was handed out in: one of another list, and so of another call, is not tried.</summary>
    internal object? List { get; init; }

    /// <summary>Its position in that list.</summary>
    internal int Index { get; init; }
}
