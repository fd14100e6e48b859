namespace Orchestrator;

/// <summary>What one call was asked, and the services it works with. Fixed from its beginning; its plans and attempts share it.</summary>
internal sealed class CallInput(CallServices services, LlmRequest request, bool live, long sequence, CancellationToken token)
{
    public CallServices Services { get; } = services;

    public LlmRequest Request { get; } = request;

    /// <summary>Fires when the caller cancels, by either of the tokens a stream can be given.</summary>
    public CancellationToken Token { get; } = token;

    /// <summary>The router's call number.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>Whether updates go out as they come, or the answer is collected first.</summary>
    public bool Live { get; } = live;

    /// <summary>Whether the caller has cancelled, or the router is being disposed.</summary>
    public bool IsCancelled => Token.IsCancellationRequested || Services.IsDisposing;
}
