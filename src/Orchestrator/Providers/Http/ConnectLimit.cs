using System.Globalization;

namespace Orchestrator.Providers;

/// <summary>The connect time-out of one request, attached to the request for a handler.</summary>
/// <param name="Time">The limit.</param>
/// <param name="Clock">The clock it is measured by.</param>
internal sealed record ConnectLimit(TimeSpan Time, TimeProvider Clock)
{
    private static readonly HttpRequestOptionsKey<ConnectLimit> Key = new("Orchestrator.ConnectLimit");

    /// <summary>The time-out as an error shows it.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Time.TotalSeconds:0.###} s");

    public static ConnectLimit? Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out var limit) ? limit : null;

    public void GoWith(HttpRequestMessage request) => request.Options.Set(Key, this);

    /// <summary>Sends a request, and cancels it when its content has not been read in time.</summary>
    /// <remarks>Correct only for a handler that reads the content as soon as it has a connection, and not earlier.</remarks>
    /// <param name="request">The request. A request without content has no time-out here, because nothing shows when it is
    /// connected.</param>
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
            // A handler that sends the request again would send this content.
            request.Content = content;
        }
    }
}

/// <summary>The connection was not made within the request's time-out.</summary>
internal sealed class ConnectTimeoutException(ConnectLimit limit, Exception cause) : TimeoutException(
    $"No connection within {limit.Text}.", cause)
{
    public ConnectLimit Limit { get; } = limit;
}
