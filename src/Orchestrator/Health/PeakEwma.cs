namespace Orchestrator;

/// <summary>A moving average of times that follows a rise at once and a fall slowly (peak EWMA), with a time constant of 10 s.</summary>
/// <remarks>
/// <para>A sample above the kept value replaces it; one below moves it by 1 − exp(−Δt/τ), τ = 10 s. Reading decays the value for "now" and
/// changes nothing, so the value of a slow provider that gets no calls falls, and the provider is tried again.</para>
/// <para>Samples are compared with the kept value, not with the decayed one: against the latter a slightly better sample could
/// give a worse average. Not thread-safe: the owner's lock guards it.</para>
/// </remarks>
/// <param name="timestampFrequency">Clock ticks in a second: <see cref="TimeProvider.TimestampFrequency"/>.</param>
internal struct PeakEwma(long timestampFrequency)
{
    private const double TauSeconds = 10;
    private const double TausOfAStep = 6;

    private readonly double _tausPerTick = 1 / (TauSeconds * timestampFrequency);
    private double _value;
    private long _at;

    /// <summary>Whether there was a sample.</summary>
    public bool HasValue { get; private set; }

    /// <summary>Adds a sample in seconds, taken at a timestamp. Negative and non-finite samples are ignored.</summary>
    public void Observe(double seconds, long now)
    {
        if (!double.IsFinite(seconds) || seconds < 0)
            return;
        if (!HasValue || seconds >= _value)
            _value = seconds;
        else
            _value = seconds + (_value - seconds) * Remaining(now);

        // Concurrent attempts may end out of order: an older stamp does not move the average back.
        _at = HasValue && !SteppedBack(now) ? Math.Max(_at, now) : now;
        HasValue = true;
    }

    /// <summary>The value in seconds as of a timestamp; 0 before the first sample.</summary>
    public readonly double ValueAt(long now) => _value * Remaining(now);

    // The stamp is further back than concurrent attempts can be: the clock itself stepped back, and the kept value has no date any more.
    private readonly bool SteppedBack(long now) => (_at - now) * _tausPerTick >= TausOfAStep;

    private readonly double Remaining(long now)
    {
        if (now <= _at)
            return SteppedBack(now) ? 0 : 1;
        var elapsed = (ulong)(now - _at) * _tausPerTick;

        // Up to 100 ms the series is exact to 2e-7. Exp would cost more than the rest of the method.
        return elapsed < 0.01 ? 1 - elapsed * (1 - elapsed / 2) : Math.Exp(-elapsed);
    }
}
