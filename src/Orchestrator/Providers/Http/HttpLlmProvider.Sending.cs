using System.Net;

namespace Orchestrator.Providers;

// Sends requests, and gives up when there is no connection in time.
public abstract partial class HttpLlmProvider
{
    private HttpClient? _patient;

    /// <summary>What came back, before anybody reads it: what a provider wants to know about its server.</summary>
    private protected virtual void Notice(HttpResponseMessage response)
    {
    }

    /// <summary>Sends the chat request; gives a response of status 200, or throws what the server said.</summary>
    private async Task<HttpResponseMessage> AskAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        for (var renewed = false; ; renewed = true)
        {
            // Before a token is asked for: what cannot be sent needs none.
            using var message = RequestFault.Guard((Provider: this, request), static s => s.Provider.CreateRequest(s.request), cancellationToken);
            await AuthorizeAsync(message, cancellationToken).ConfigureAwait(false);
            var target = message.RequestUri!;
            var response = await SendAsync(message, request.Timeouts?.Connect, cancellationToken).ConfigureAwait(false);
            try
            {
                if (response.StatusCode == HttpStatusCode.OK && IsSame(target, message.RequestUri))
                    return response;
                var error = await ErrorOfAsync(response, target, request, cancellationToken).ConfigureAwait(false);
                if (renewed || !await RenewCredentialsAsync(message, error, cancellationToken).ConfigureAwait(false))
                    throw error;
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    /// <summary>Sends a request of the vendor's besides the chat: probes, models, counts. The caller disposes the response.</summary>
    private protected Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request is TokenRequest token ? SendTokenAsync(token, cancellationToken) : SendAsync(request, null, cancellationToken);

    /// <summary>Sends a request; without a limit of its own it may take <see cref="HttpClients.ConnectLimit"/> to a connection.</summary>
    /// <remarks>The handler of a client of our own keeps the usual limit by itself, so that the usual request costs no timer.</remarks>
    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan? connect, CancellationToken cancellationToken)
    {
        var limit = connect ?? HttpClients.ConnectLimit;
        if (_ownsClient && limit == HttpClients.ConnectLimit)
            return SendAsync(_client, request, null, cancellationToken);
        var kept = new ConnectLimit(Waits.ForTimer(limit), _time);
        if (_ownsClient || _readsOnceConnected)
            return SendAsync(ClientFor(kept.Time), request, kept, cancellationToken);
        // Handlers of the application's come first, of which nothing is known: a handler of ours beneath them keeps the limit, if there is one.
        kept.GoWith(request);
        return SendAsync(_client, request, null, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, ConnectLimit? limit, CancellationToken cancellationToken)
    {
        try
        {
            var response = limit is null
                ? await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false)
                : await KeepAsync(limit, client, request, cancellationToken).ConfigureAwait(false);
            Notice(response);
            return response;
        }
        catch (Exception error) when (!ExceptionMapper.Passes(error, cancellationToken))
        {
            throw NotSent(request, error, cancellationToken);
        }
    }

    private static Task<HttpResponseMessage> KeepAsync(ConnectLimit limit, HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken) =>
        limit.KeepAsync(request, (message, token) => client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token), cancellationToken);

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
        if (error is OperationCanceledException { InnerException: ConnectTimeoutException late })
            return NoConnection(request, late.Limit.Text, error);
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
