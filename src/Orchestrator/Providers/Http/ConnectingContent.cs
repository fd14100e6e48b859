using System.Net;

namespace Orchestrator.Providers;

/// <summary>A request's content that calls off the limit for connecting: it is written once there is a connection, TLS included.</summary>
internal sealed class ConnectingContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly CancellationTokenSource _late;

    public ConnectingContent(HttpContent inner, CancellationTokenSource late)
    {
        (_inner, _late) = (inner, late);
        foreach (var (name, values) in inner.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        CallOff();
        return _inner.CopyToAsync(stream, context, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private void CallOff()
    {
        try
        {
            _late.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // A handler of the application's writes it once more after its answer: the limit has gone already.
        }
    }
}
