namespace Orchestrator.BadLuck;

/// <summary>One request at a vendor.</summary>
/// <param name="Call">Whose it is.</param>
/// <param name="Vendor">Where.</param>
/// <param name="Reply">What it is answered with.</param>
/// <param name="Began">When it came.</param>
/// <param name="Length">How long the answer takes, if the caller stays.</param>
/// <param name="RetryAfter">What it is told to wait; null for nothing.</param>
internal sealed record Visit(Call Call, Vendor Vendor, ReplyKind Reply, TimeSpan Began, TimeSpan Length, TimeSpan? RetryAfter)
{
    /// <summary>Whether the vendor still works on it.</summary>
    public bool IsOpen { get; set; } = true;
}
