using System.Globalization;

namespace Orchestrator.TwoTenants;

/// <summary>What came about.</summary>
internal sealed class Counts
{
    private long _calls, _answered, _failed, _cancelled, _left, _whole, _cut, _afterAnswer, _bytes;

    public long Calls => Volatile.Read(ref _calls);

    /// <summary>Whether calls ended in every way, and requests were read whole, in part and after their answers.</summary>
    public bool HasTriedAll => _answered > 0 && _failed > 0 && _cancelled > 0 && _left > 0 && _whole > 0 && _cut > 0 && _afterAnswer > 0;

    public void Answered() => End(ref _answered);

    public void Failed() => End(ref _failed);

    public void Cancelled() => End(ref _cancelled);

    public void Left() => End(ref _left);

    /// <summary>A server has read what it could get of a request.</summary>
    public void Received(long bytes, bool whole, bool answered)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Increment(ref whole ? ref _whole : ref _cut);
        if (answered && bytes > 0)
            Interlocked.Increment(ref _afterAnswer);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"calls: {_answered:N0} answered, {_failed:N0} failed, {_cancelled:N0} cancelled, {_left:N0} left early\n"
        + $"requests: {_whole:N0} read whole, {_cut:N0} in part, {_afterAnswer:N0} after the answer, {_bytes >> 20:N0} MiB");

    private void End(ref long count)
    {
        Interlocked.Increment(ref count);
        Interlocked.Increment(ref _calls);
    }
}
