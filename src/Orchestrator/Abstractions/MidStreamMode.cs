namespace Orchestrator;

/// <summary>What happens when a live stream breaks after text was handed out.</summary>
public enum MidStreamMode
{
    /// <summary>A typed error with the text so far. The default.</summary>
    Throw,

    /// <summary>An update with a <see cref="RestartContent"/>, then the whole answer of the next provider. Only <c>RouteStreamAsync</c>:
    /// used as an <see cref="Microsoft.Extensions.AI.IChatClient"/> the router throws: a caller that knows only that would mix the two
    /// answers.</summary>
    Restart,
}
