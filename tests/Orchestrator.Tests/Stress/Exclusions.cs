using System.Collections.Concurrent;

namespace Orchestrator.Tests.Stress;

/// <summary>How an exclusion ends.</summary>
internal enum Hold
{
    /// <summary>When its time is over.</summary>
    ForSure,

    /// <summary>When its time is over, if it began.</summary>
    AtMost,

    /// <summary>With a success, whenever that comes: others wait for the trial.</summary>
    UntilLifted,
}

/// <summary>
/// When each provider may have been left out, and when it surely was: by what the providers threw and the observer heard, without asking
/// the router.
/// </summary>
internal sealed class Exclusions(HealthOptions options)
{
    private readonly ConcurrentDictionary<string, Record> _records = new(StringComparer.Ordinal);

    /// <summary>How long an error of this kind leaves its provider out; null for not at all.</summary>
    public (TimeSpan Length, Hold Hold)? LengthOf(LlmErrorKind kind, TimeSpan? retryAfter) => kind switch
    {
        LlmErrorKind.Authentication or LlmErrorKind.Permission or LlmErrorKind.QuotaExceeded or LlmErrorKind.ModelNotFound =>
            (options.ExclusionTime, Hold.UntilLifted),
        LlmErrorKind.RateLimited when retryAfter is { } asked =>
            (asked < options.LongestRetryAfter ? asked : options.LongestRetryAfter, Hold.ForSure),
        LlmErrorKind.RateLimited => (options.LongestRetryAfter, Hold.AtMost),
        _ when retryAfter is { } asked && ErrorRule.For(kind).Health == HealthEffect.Failure =>
            (asked < options.LongestRetryAfter ? asked : options.LongestRetryAfter, Hold.AtMost),
        _ => null,
    };

    /// <summary>A provider is about to throw such an error: from now on it may be left out.</summary>
    public void Begin(string name)
    {
        var record = Of(name);
        lock (record)
            record.Open++;
    }

    /// <summary>The attempt has ended: from now on the provider is left out, if the error was its end.</summary>
    public void Told(string name, long thrown, TimeSpan length, Hold hold, bool failed)
    {
        var (now, stamps) = (TimeProvider.System.GetTimestamp(), (long)(length.TotalSeconds * TimeProvider.System.TimestampFrequency));
        var record = Of(name);
        lock (record)
        {
            record.Open--;
            record.MayUntil = Math.Max(record.MayUntil, now + stamps);
            if (hold == Hold.UntilLifted)
                (record.IsRefused, record.RefusedAt) = (true, now);
            if (failed && hold == Hold.ForSure && thrown + stamps > record.SureUntil)
                (record.SureFrom, record.SureUntil) = (now, thrown + stamps);
        }
    }

    /// <summary>An attempt that began then has succeeded.</summary>
    public void Lifted(string name, long begun)
    {
        var record = Of(name);
        lock (record)
        {
            // Told of a refusal since: which of the two ended first is not known.
            if (!record.IsRefused || record.Open > 0 || record.RefusedAt >= begun)
                return;
            (record.IsRefused, record.LiftedAt) = (false, TimeProvider.System.GetTimestamp());
        }
    }

    /// <summary>Whether the provider may have been left out at some time since then.</summary>
    public bool MayHaveBeenSince(string name, long since)
    {
        var record = Of(name);
        lock (record)
            return record.Open > 0 || record.IsRefused || record.LiftedAt >= since || record.MayUntil >= since;
    }

    /// <summary>Whether the provider was left out for sure from then until now.</summary>
    public bool WasSurelySince(string name, long since)
    {
        var record = Of(name);
        lock (record)
            return record.SureFrom <= since && TimeProvider.System.GetTimestamp() < record.SureUntil;
    }

    private Record Of(string name) => _records.GetOrAdd(name, static _ => new Record());

    private sealed class Record
    {
        public int Open;
        public long MayUntil;
        public bool IsRefused;
        public long RefusedAt;
        public long LiftedAt;
        public long SureFrom;
        public long SureUntil;
    }
}
