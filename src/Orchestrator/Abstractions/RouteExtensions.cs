using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Reads what the router adds to a stream.</summary>
public static class RouteExtensions
{
    /// <summary>How the call was routed, on the closing update of a stream; <see langword="null"/> on every other.</summary>
    /// <param name="update">An update of <c>RouteStreamAsync</c>.</param>
    /// <returns>The route, or <see langword="null"/>.</returns>
    public static RouteResult? GetRoute(this ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return update.RawRepresentation as RouteResult;
    }
}
