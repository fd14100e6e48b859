using System.Net;

namespace Orchestrator.Providers;

/// <summary>A request's content that calls off the limit for connecting: it is read once there is a connection, TLS included.</summary>
/// <remarks>Holds no bytes of its own, so the bytes are read by the rule of the content inside, also when the request has ended.</remarks>
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

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        CallOff();
        _inner.CopyTo(stream, context, cancellationToken);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        CallOff();
        return _inner.ReadAsStreamAsync(cancellationToken);
    }

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken)
    {
        CallOff();
        return _inner.ReadAsStream(cancellationToken);
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
            // It is read once more after its answer: the limit has gone already.
        }
    }
}
