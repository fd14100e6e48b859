using System.Globalization;

namespace Orchestrator.Providers;

// Sends requests, and gives up when there is no connection in time.
public abstract partial class HttpLlmProvider
{
    private HttpClient? _patient;

    /// <summary>What came back, before anybody reads it: what a provider wants to know about its server.</summary>
    private protected virtual void Notice(HttpResponseMessage response)
    {
    }

    /// <summary>Sends a request of the vendor's besides the chat: probes, models, counts. The caller disposes the response.</summary>
    private protected Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request is TokenRequest token ? SendTokenAsync(token, cancellationToken) : SendAsync(request, null, cancellationToken);

    /// <summary>Sends a request; without a limit of its own it may take <see cref="HttpClients.ConnectLimit"/> to a connection.</summary>
    /// <remarks>The handler of a client of our own keeps the usual limit by itself, so that the usual request costs no timer.</remarks>
    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan? connect, CancellationToken cancellationToken)
    {
        var limit = connect ?? HttpClients.ConnectLimit;
        return _ownsClient && limit == HttpClients.ConnectLimit
            ? SendByHandlerAsync(request, cancellationToken)
            : SendWithinAsync(request, Waits.ForTimer(limit), cancellationToken);
    }

    private async Task<HttpResponseMessage> SendByHandlerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            Notice(response);
            return response;
        }
        catch (Exception error) when (!ExceptionMapper.Passes(error, cancellationToken))
        {
            throw NotSent(request, error, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendWithinAsync(HttpRequestMessage request, TimeSpan limit, CancellationToken cancellationToken)
    {
        var client = ClientFor(limit);
        // Without content nothing tells when the connection is there; such requests have a handler's limit, or that of who asks.
        using var late = new CancellationTokenSource(request.Content is null ? Timeout.InfiniteTimeSpan : limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        if (request.Content is { } content && limit != Timeout.InfiniteTimeSpan)
            request.Content = new ConnectingContent(content, late);
        try
        {
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            Notice(response);
            return response;
        }
        catch (OperationCanceledException error) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoConnection(request, string.Create(CultureInfo.InvariantCulture, $"{limit.TotalSeconds:0.###} s"), error);
        }
        catch (Exception error) when (!ExceptionMapper.Passes(error, cancellationToken))
        {
            throw NotSent(request, error, cancellationToken);
        }
    }

    /// <summary>A handler's own limit cannot be changed once it is in use: longer ones need another handler.</summary>
    private HttpClient ClientFor(TimeSpan limit)
    {
        if (!_ownsClient || (limit != Timeout.InfiniteTimeSpan && limit < HttpClients.ConnectLimit))
            return _client;
        if (Volatile.Read(ref _patient) is { } patient)
            return patient;
        var made = HttpClients.New(Timeout.InfiniteTimeSpan, _prepare);
        patient = Interlocked.CompareExchange(ref _patient, made, null);
        if (patient is null)
            return made;
        made.Dispose();
        return patient;
    }

    private LlmException NotSent(HttpRequestMessage request, Exception error, CancellationToken cancellationToken)
    {
        // Handlers say so in this way, and so does a client whose own limit for the whole request is over.
        if (error is not OperationCanceledException { InnerException: TimeoutException } || _client.Timeout != Timeout.InfiniteTimeSpan)
            return Unreached(request, error, cancellationToken);
        return NoConnection(request, _ownsClient ? $"{HttpClients.ConnectLimit.TotalSeconds:0} s" : "the ConnectTimeout of the client that was handed in", error);
    }

    private static LlmException NoConnection(HttpRequestMessage request, string limit, Exception error)
    {
        ConnectionFailure.Mark(error, request.RequestUri);
        return new(LlmErrorKind.Timeout, $"No connection to {request.RequestUri!.Authority} within {limit}. Check address and network.", error);
    }
}
