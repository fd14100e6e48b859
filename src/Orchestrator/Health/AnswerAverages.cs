namespace Orchestrator;

/// <summary>The averages of a provider's times, one of each kind: like is compared with like. Not thread-safe: the owner's lock guards
/// it.</summary>
/// <param name="timestampFrequency">Clock ticks in a second.</param>
internal struct AnswerAverages(long timestampFrequency)
{
    private PeakEwma _firstToken = new(timestampFrequency);
    private PeakEwma _whole = new(timestampFrequency);

    public readonly PeakEwma FirstToken => _firstToken;

    public readonly PeakEwma Whole => _whole;

    public void Observe(in AnswerTimes times, long now)
    {
        if (times.FirstToken is { } firstToken)
            _firstToken.Observe(firstToken.TotalSeconds, now);
        if (times.Whole is { } whole)
            _whole.Observe(whole.TotalSeconds, now);
    }
}
