using System.Globalization;

namespace Orchestrator.Providers;

/// <summary>The longest time to a connection that one request allows, for a handler that is given it with the request.</summary>
/// <param name="Time">The limit.</param>
/// <param name="Clock">The clock it is measured by.</param>
internal sealed record ConnectLimit(TimeSpan Time, TimeProvider Clock)
{
    private static readonly HttpRequestOptionsKey<ConnectLimit> Key = new("Orchestrator.ConnectLimit");

    /// <summary>The limit as an error tells it.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Time.TotalSeconds:0.###} s");

    public static ConnectLimit? Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out var limit) ? limit : null;

    public void GoWith(HttpRequestMessage request) => request.Options.Set(Key, this);

    /// <summary>Sends a request, and gives up when its content has not been read in time.</summary>
    /// <remarks>Right only for a sender that reads the content as soon as it has a connection, and for nothing else before.</remarks>
    /// <param name="request">The request. Without content nothing tells when the connection is there: it has no limit here.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="OperationCanceledException">The limit is over: the inner exception is a
    /// <see cref="ConnectTimeoutException"/>.</exception>
    public async Task<HttpResponseMessage> KeepAsync(
        HttpRequestMessage request,
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send,
        CancellationToken cancellationToken)
    {
        if (request.Content is not { } content || Time == Timeout.InfiniteTimeSpan)
            return await send(request, cancellationToken).ConfigureAwait(false);
        using var late = new CancellationTokenSource(Time, Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        request.Content = new ConnectingContent(content, late);
        try
        {
            return await send(request, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TaskCanceledException(error.Message, new ConnectTimeoutException(this, error));
        }
        finally
        {
            // A handler that repeats the request sends the content itself.
            request.Content = content;
        }
    }
}

/// <summary>There was no connection within the limit of the request.</summary>
internal sealed class ConnectTimeoutException(ConnectLimit limit, Exception cause) : TimeoutException(
    $"No connection within {limit.Text}.", cause)
{
    public ConnectLimit Limit { get; } = limit;
}
