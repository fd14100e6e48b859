using System.Net;

namespace Orchestrator.Providers;

/// <summary>A request's content that stops the connect time-out when it is read: by then the connection is made, TLS included.</summary>
/// <remarks>It wraps the content and holds no bytes, so the rules of the inner content apply, also after the request has ended.</remarks>
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
            // It is read again after the answer: the time-out is disposed already.
        }
    }
}
