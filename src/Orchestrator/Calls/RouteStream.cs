using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>A streamed answer. Each enumeration is a call of its own, with its own number and its own attempts.</summary>
/// <param name="services">What the router's calls share.</param>
/// <param name="planner">Makes their plans.</param>
/// <param name="request">What was asked.</param>
/// <param name="mayRestart">Whether an answer that breaks may start over, where the options say so.</param>
/// <param name="ownToken">The token that the call was given.</param>
/// <param name="showsProgress">Whether progress without content is shown too.</param>
internal sealed class RouteStream(
    CallServices services,
    RoutePlanner planner,
    LlmRequest request,
    bool mayRestart,
    CancellationToken ownToken,
    bool showsProgress = false) : IAsyncEnumerable<ChatResponseUpdate>
{
    public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new StreamedCall(
        new(services, request, live: true, ownToken, cancellationToken),
        planner,
        mayRestart && services.MidStream == MidStreamMode.Restart,
        showsProgress);
}
