using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>A JSON body of known length: UTF-8, escaped only where JSON asks for it.</summary>
/// <remarks>
/// The bytes are in an array that is not pooled. Over HTTP/2 they may still be sent when the answer has arrived, and an application's
/// handler may read them at any time: a read that began before the disposal gets all bytes, one that begins later throws
/// <see cref="ObjectDisposedException"/>. Safe for several concurrent reads.
/// </remarks>
internal sealed class JsonBody : HttpContent
{
    private static readonly JsonWriterOptions Writing =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly byte[] _bytes;

    private JsonBody(byte[] bytes)
    {
        _bytes = bytes;
        Headers.ContentType = MediaTypes.JsonUtf8;
    }

    public static JsonBody From<T>(T content, Action<Utf8JsonWriter, T> write)
    {
        using var scratch = new ScratchBytes();
        using (var writer = new Utf8JsonWriter(scratch, Writing))
            write(writer, content);
        return new JsonBody(scratch.Written[..JsonEscapes.Undo(scratch.Written)].ToArray());
    }

    /// <summary>The bytes, for tests.</summary>
    internal ReadOnlyMemory<byte> Bytes => _bytes;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        stream.WriteAsync(_bytes).AsTask();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_bytes, cancellationToken).AsTask();

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        stream.Write(_bytes);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new BodyStream(_bytes));

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) => new BodyStream(_bytes);

    protected override bool TryComputeLength(out long length)
    {
        length = _bytes.Length;
        return true;
    }

    /// <summary>Disposal does nothing: the content disposes the stream it handed out while its reader may still read.</summary>
    private sealed class BodyStream(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }
}
