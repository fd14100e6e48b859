using System.Numerics;

namespace Orchestrator;

/// <summary>
/// Totals of calls: outcomes, durations, the router's share of them, failovers, retries. Striped by processor, so that threads that route
/// at the same time do not contend; summed at a scrape.
/// </summary>
internal sealed class CallTotals
{
    private static readonly int WasteCauses = Enum.GetValues<WasteCause>().Length;

    private readonly Stripe[] _stripes = new Stripe[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(Environment.ProcessorCount, 1, 16))];

    public CallTotals()
    {
        for (var i = 0; i < _stripes.Length; i++)
            _stripes[i] = new Stripe();
    }

    public void Add(AttemptOutcome outcome, double seconds, double overheadSeconds, LlmAttempt[] attempts)
    {
        var stripe = _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)];
        stripe.Enter();
        stripe.Outcomes[(int)outcome]++;
        for (var i = 1; i < attempts.Length; i++)
        {
            if (attempts[i].Role == AttemptRole.Retry)
                stripe.Retries++;
            else
                stripe.Failovers++;
        }

        // One attempt that succeeded, as nearly every call is, wastes nothing.
        if (attempts.Length > 1 || outcome != AttemptOutcome.Succeeded)
            stripe.AddWaste(attempts);
        stripe.Duration.Add(seconds);
        stripe.Overhead.Add(overheadSeconds);
        stripe.Exit();
    }

    /// <summary>Reads all totals and changes none, so that several exporters read the same.</summary>
    /// <param name="outcomes">Set to the calls by outcome.</param>
    /// <param name="durations">What the durations are added to, by bucket.</param>
    /// <param name="overheads">What the router's shares are added to, by bucket.</param>
    public (long Failovers, long Retries) Read(Span<long> outcomes, BucketCounts durations, BucketCounts overheads)
    {
        outcomes.Clear();
        long failovers = 0, retries = 0;
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
            for (var i = 0; i < outcomes.Length; i++)
                outcomes[i] += stripe.Outcomes[i];
            failovers += stripe.Failovers;
            retries += stripe.Retries;
            stripe.Duration.AddTo(durations);
            stripe.Overhead.AddTo(overheads);
            stripe.Exit();
        }

        return (failovers, retries);
    }

    /// <summary>What was wasted so far, by <see cref="WasteCause"/>.</summary>
    public Waste[] ReadWaste()
    {
        var sums = new Waste[WasteCauses];
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
            for (var i = 0; i < sums.Length; i++)
                sums[i] = new(sums[i].Tokens + stripe.Wasted[i].Tokens, sums[i].Cost + stripe.Wasted[i].Cost);
            stripe.Exit();
        }

        return sums;
    }

    /// <summary>How many calls have ended.</summary>
    public long Count()
    {
        long count = 0;
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
            foreach (var calls in stripe.Outcomes)
                count += calls;
            stripe.Exit();
        }

        return count;
    }

    private sealed class Stripe
    {
        public readonly long[] Outcomes = new long[4];
        public readonly Waste[] Wasted = new Waste[WasteCauses];
        public readonly BucketCounts Duration = new(Buckets.Latency);
        public readonly BucketCounts Overhead = new(Buckets.Overhead);
        public long Failovers, Retries;

        // Nothing under it throws, waits or allocates, and another processor has a stripe of its own: it is almost never taken.
        private SpinLock _lock = new(enableThreadOwnerTracking: false);

        public void AddWaste(LlmAttempt[] attempts)
        {
            for (var i = 0; i < attempts.Length; i++)
            {
                if (Waste.CauseOf(attempts, i) is { } cause)
                    Wasted[(int)cause] = Wasted[(int)cause].With(attempts[i]);
            }
        }

        public void Enter()
        {
            var isTaken = false;
            _lock.Enter(ref isTaken);
        }

        public void Exit() => _lock.Exit(useMemoryBarrier: false);
    }
}
