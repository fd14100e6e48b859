namespace Orchestrator;

/// <summary>A call's place in the line of one provider. Guarded by the lock of that provider's state, except where it says.</summary>
/// <param name="waiter">The call.</param>
/// <param name="registered">The provider.</param>
/// <param name="next">The call's place at another provider; null for none.</param>
internal sealed class WaitPlace(PermitWaiter waiter, RegisteredProvider registered, WaitPlace? next)
{
    public PermitWaiter Waiter => waiter;

    public RegisteredProvider Registered => registered;

    /// <summary>The call's place at another provider; used by the call alone.</summary>
    public WaitPlace? OfSameCall => next;

    public WaitFor For { get; set; }

    /// <summary>Whether the line had no room for it, so that it is not counted; used by the call alone.</summary>
    public bool IsBeyondLimit { get; set; }

    /// <summary>The line it is in; null when it is in none.</summary>
    public WaitLine? Line { get; set; }

    public WaitPlace? Before { get; set; }

    public WaitPlace? After { get; set; }
}
