namespace Orchestrator;

/// <summary>Passes one message of a kind every ten seconds and counts the others, so that an attack cannot fill the disk with
/// logs.</summary>
internal struct LogGate
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private TimeSpan _next;
    private int _suppressed;

    /// <summary>Whether to log the message now, and how many were suppressed before.</summary>
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
