namespace Orchestrator.Providers;

/// <summary>
/// Applies the connect time-out of a request directly above the handler that connects. Time that the application's handlers spend before,
/// such as waiting, asking a cache or reading the content, does not count.
/// </summary>
internal sealed class ConnectLimitHandler : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        ConnectLimit.Of(request) is { } limit && HandlerChain.ReadsOnceConnected(InnerHandler, request)
            ? limit.KeepAsync(request, base.SendAsync, cancellationToken)
            : base.SendAsync(request, cancellationToken);
}
