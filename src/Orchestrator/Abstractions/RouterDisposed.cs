namespace Orchestrator;

/// <summary>The error of a router that is disposed, for the layers below the router.</summary>
internal static class RouterDisposed
{
    private const string Name = "Orchestrator.Router";

    public static ObjectDisposedException Draining() => Error("The router is being drained: it takes no new calls.");

    public static ObjectDisposedException Error(string? message = null) => message is null ? new(Name) : new(Name, message);
}
