using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Sends requests through the right client, with the connect time-out.</summary>
internal sealed class HttpSender : IDisposable
{
    private readonly VendorApi _api;
    private readonly HttpClient _client;
    private readonly bool _readsOnceConnected;
    private readonly TimeProvider _time;
    private readonly Action<SocketsHttpHandler>? _prepare;
    private readonly UnsentRequest _unsent;
    private HttpClient? _patient;
    private HttpClient? _direct;

    public HttpSender(VendorApi api, HttpClient? client, TimeProvider time, Action<SocketsHttpHandler>? prepare)
    {
        _api = api;
        OwnsClient = client is null;
        _prepare = prepare;
        _readsOnceConnected = client is null || HandlerChain.ReadsOnceConnected(client);
        _client = client ?? HttpClients.New(HttpClients.ConnectLimit, prepare);
        _time = time;
        _unsent = new UnsentRequest(api, _client, OwnsClient);
    }

    /// <summary>Whether the client is the provider's own.</summary>
    public bool OwnsClient { get; }

    /// <summary>The headers that the client adds to every request.</summary>
    public HttpRequestHeaders DefaultHeaders => _client.DefaultRequestHeaders;

    /// <summary>Sends a request of the vendor's besides the chat: probes, models, counts. The caller disposes the response.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request is TokenRequest token ? SendTokenAsync(token, cancellationToken) : SendAsync(request, null, cancellationToken);

    /// <summary>Sends a request; one without a connect time-out of its own has <see cref="HttpClients.ConnectLimit"/>.</summary>
    /// <remarks>The handler of the provider's own client applies the usual time-out, so that the usual request needs no timer.</remarks>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan? connect, CancellationToken cancellationToken)
    {
        var limit = connect ?? HttpClients.ConnectLimit;
        if (OwnsClient && limit == HttpClients.ConnectLimit)
            return SendAsync(_client, request, null, cancellationToken);
        var kept = new ConnectLimit(Waits.ForTimer(limit), _time);
        if (OwnsClient || _readsOnceConnected)
            return SendAsync(ClientFor(kept.Time), request, kept, cancellationToken);
        // The application's handlers come first. ConnectLimitHandler, beneath them, applies the time-out, if it is in the chain.
        kept.GoWith(request);
        return SendAsync(_client, request, null, cancellationToken);
    }

    public void Dispose()
    {
        _direct?.Dispose();
        if (OwnsClient)
            _client.Dispose();
        _patient?.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpRequestMessage request, ConnectLimit? limit, CancellationToken cancellationToken)
    {
        try
        {
            var response = limit is null
                ? await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false)
                : await KeepAsync(limit, client, request, cancellationToken).ConfigureAwait(false);
            _api.Notice(response);
            return response;
        }
        catch (Exception error) when (!ExceptionMapper.Passes(error, cancellationToken))
        {
            throw _unsent.ErrorOf(request, error, cancellationToken);
        }
    }

    private static Task<HttpResponseMessage> KeepAsync(
        ConnectLimit limit, HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken) => limit.KeepAsync(
            request,
            (message, token) => client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token),
            cancellationToken);

    /// <summary>Sends a request for a token, without a proxy if the request says so, and records the server's time.</summary>
    private async Task<HttpResponseMessage> SendTokenAsync(TokenRequest request, CancellationToken cancellationToken)
    {
        var response = request.IsDirect
            ? await SendDirectAsync(request, cancellationToken).ConfigureAwait(false)
            : await SendAsync(request, null, cancellationToken).ConfigureAwait(false);
        request.AnsweredAt = RetryAfter.DateOf(response.Headers);
        return response;
    }

    private async Task<HttpResponseMessage> SendDirectAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await DirectClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (!ExceptionMapper.Passes(error, cancellationToken))
        {
            throw _unsent.ErrorOfDirect(request, error, cancellationToken);
        }
    }

    private HttpClient DirectClient()
    {
        if (Volatile.Read(ref _direct) is { } direct)
            return direct;
        return Keep(ref _direct, HttpClients.New(HttpClients.ConnectLimit, static handler => handler.UseProxy = false));
    }

    /// <summary>A handler's connect time-out cannot be changed once it is in use: a longer one needs another handler.</summary>
    private HttpClient ClientFor(TimeSpan limit)
    {
        if (!OwnsClient || (limit != Timeout.InfiniteTimeSpan && limit < HttpClients.ConnectLimit))
            return _client;
        if (Volatile.Read(ref _patient) is { } patient)
            return patient;
        return Keep(ref _patient, HttpClients.New(Timeout.InfiniteTimeSpan, _prepare));
    }

    /// <summary>Of two clients that were made at the same time the first is kept, the second disposed.</summary>
    private static HttpClient Keep(ref HttpClient? kept, HttpClient made)
    {
        if (Interlocked.CompareExchange(ref kept, made, null) is not { } first)
            return made;
        made.Dispose();
        return first;
    }
}
