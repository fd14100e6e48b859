namespace Orchestrator.Providers;

/// <summary>
/// Keeps the limit for connecting that goes with a request, right above the handler that connects: what the handlers of an application do
/// before, such as waiting, asking a cache or reading the content, is no connecting.
/// </summary>
internal sealed class ConnectLimitHandler : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        ConnectLimit.Of(request) is { } limit && HandlerChain.ReadsOnceConnected(InnerHandler, request)
            ? limit.KeepAsync(request, base.SendAsync, cancellationToken)
            : base.SendAsync(request, cancellationToken);
}
