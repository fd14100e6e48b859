namespace Orchestrator;

/// <summary>Lets one message of a kind through in ten seconds and counts the others, so that an attack does not fill a disk.</summary>
internal struct LogGate
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private TimeSpan _next;
    private int _suppressed;

    /// <summary>Whether to say it now, and how many were kept back.</summary>
    public bool Opens(TimeSpan now, out int suppressed)
    {
        suppressed = _suppressed;
        if (now < _next)
        {
            _suppressed++;
            return false;
        }

        _next = now + Pause;
        _suppressed = 0;
        return true;
    }
}
