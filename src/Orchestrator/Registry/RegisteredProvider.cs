namespace Orchestrator;

/// <summary>One registered provider: the object, its options, and the price and time-outs that were resolved at registration.</summary>
internal sealed class RegisteredProvider(
    ILlmProvider provider, ProviderInfo info, ProviderOptions options, ProviderState state, ModelPrice? price, TimeoutOptions timeouts)
{
    public ILlmProvider Provider { get; } = provider;

    public ProviderInfo Info { get; } = info;

    public ProviderOptions Options { get; } = options;

    public ProviderState State { get; } = state;

    public ModelPrice? Price { get; } = price;

    /// <summary>The time-outs of its options, then its own, then the router's. Those of a request take precedence.</summary>
    public TimeoutOptions Timeouts { get; } = timeouts;

    /// <summary>Whether the vendor's server cuts a prompt that is too long without an error.</summary>
    public bool CutsLongPrompts { get; } = VendorFacts.Of(info.Vendor).CutsLongPrompts;

    /// <summary>How many attempts may run at the same time; the greatest number when there is no limit.</summary>
    public int MaxConcurrency { get; } = options.MaxConcurrency ?? info.MaxConcurrency ?? int.MaxValue;

    /// <summary>How many calls may wait for one of them to end.</summary>
    public int QueueLimit { get; } = options.QueueLimit;

    /// <summary>The totals of this name and model; set by the state that owns them.</summary>
    public ModelTotals? Totals { get; set; }

    /// <summary>The uses of the provider object; shared by registrations of the same object under this name. Set by the state.</summary>
    public ProviderLifetime Lifetime { get; set; } = null!;

    /// <summary>Whether it has left the list: no attempt starts at it. Set once, under the lock of the state; a call that reads it without
    /// the lock makes its new plan one step later at worst.</summary>
    public bool IsRetired { get; set; }

    /// <inheritdoc cref="ProviderState.End"/>
    /// <returns>Whether the attempt ejected its provider, or was a trial that failed.</returns>
    public bool End(in AnswerTimes? answeredIn, AttemptTicket ticket, in HealthVerdict verdict, long now, bool release, LlmAttempt? record)
    {
        var end = State.End(this, answeredIn, ticket, verdict, now, release, record);
        CloseIf((end & AttemptEnd.Unused) != 0);
        return (end & AttemptEnd.Ejected) != 0;
    }

    /// <summary>Returns the permit of an attempt that is not made: the provider was never asked.</summary>
    public void Withdraw(AttemptTicket ticket) => CloseIf(State.Withdraw(this, ticket));

    /// <summary>Returns the permit of an orphaned attempt whose code has returned at last.</summary>
    public void ReleaseOrphan() => CloseIf(State.Release(this));

    /// <summary>Closes the provider when its last use has ended. Outside the lock of the state.</summary>
    public void CloseIf(bool isUnused)
    {
        if (isUnused)
            Lifetime.Release(Info.Name);
    }
}
