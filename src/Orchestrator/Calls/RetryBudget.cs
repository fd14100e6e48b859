namespace Orchestrator;

/// <summary>
/// How many attempts a router may make beyond the first ones and the failovers to available providers: a share of its calls and so many a
/// second. Filled when it is asked, from the number of calls, so that a call that needs none pays nothing. Thread-safe.
/// </summary>
internal sealed class RetryBudget(RetryOptions options, long frequency, long now)
{
    private const long OutOfOrderSeconds = 5;
    private readonly Lock _lock = new();
    private double _balance = options.BudgetPerSecond;
    private double _most = Math.Max(1, options.BudgetPerSecond);
    private long _calls;
    private long _filledAt = now;
    private long _measuredAt = now;
    private long _measuredCalls;

    /// <summary>Pays for one attempt, if there is enough.</summary>
    /// <param name="calls">The number of calls the router has seen.</param>
    /// <param name="now">The time.</param>
    public bool TryTake(long calls, long now)
    {
        lock (_lock)
        {
            Fill(calls, now);
            if (_balance < 1)
                return false;
            _balance--;
            return true;
        }
    }

    /// <summary>What was paid for was not done.</summary>
    public void PutBack()
    {
        lock (_lock)
            _balance = Math.Min(_most, _balance + 1);
    }

    private void Fill(long calls, long now)
    {
        // Callers that looked at the clock one after the other may come here in another order: for those no time goes back, or what
        // was given already would be given again. A clock that steps back gives nothing, and time goes on from there.
        if (now < _filledAt && _filledAt - now < OutOfOrderSeconds * frequency)
            now = _filledAt;
        var seconds = Math.Max(0, now - _filledAt) / (double)frequency;
        var more = Math.Max(0, calls - _calls);
        _filledAt = now;
        _calls = Math.Max(_calls, calls);
        Measure(now);
        _balance = Math.Min(_most, _balance + (seconds * options.BudgetPerSecond) + (more * options.BudgetShare));
    }

    /// <summary>
    /// What may be saved up is what a second gives at the rate calls come: a quiet night must not pay for a storm in the morning.
    /// </summary>
    private void Measure(long now)
    {
        var passed = now - _measuredAt;
        var calls = _calls - _measuredCalls;
        if (Math.Abs(passed) < frequency)
        {
            _most = Math.Max(_most, options.BudgetPerSecond + (calls * options.BudgetShare));
            return;
        }

        var rate = passed > 0 ? calls / (passed / (double)frequency) : 0;
        // One at least, or less than one a second would never come to a whole one.
        _most = Math.Max(1, options.BudgetPerSecond + (rate * options.BudgetShare));
        (_measuredAt, _measuredCalls) = (now, _calls);
    }
}
