using System.Net.Sockets;

namespace Orchestrator.Fuzz;

/// <summary>A response's body as a network gives it: in pieces of any size, with an end of any kind. Always answers at once, so that a
/// reading stays on its thread and its allocations can be counted.</summary>
internal sealed class PiecedStream(FuzzCase input, CancellationTokenSource? caller) : Stream
{
    private readonly Dice? _dice = input.Pieces == 0 ? null : new Dice(input.Pieces);
    private readonly int _most = input.Pieces == 0 ? 0 : (input.Pieces % 4) switch { 0 => 1, 1 => 7, 2 => 64, _ => 4096 };
    private int _at;

    /// <summary>How often it was read from.</summary>
    public int Reads { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0)
            return 0;
        Reads++;
        var left = input.Bytes.Length - _at;
        if (left == 0)
            return End();
        var count = Math.Min(Math.Min(buffer.Length, left), _dice is null ? left : 1 + _dice.Below(left > 16_384 ? 4096 : _most));
        input.Bytes.Span.Slice(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return new(Read(buffer.Span));
        }
        catch (Exception error)
        {
            return ValueTask.FromException<int>(error);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int End()
    {
        switch (input.Ending)
        {
            case Ending.Reset:
                throw new IOException("The connection was reset.", new SocketException((int)SocketError.ConnectionReset));
            case Ending.CutChunk:
                throw new HttpIOException(HttpRequestError.ResponseEnded);
            case Ending.TimedOut:
                // As HttpClient.Timeout of a client that was handed in.
                throw new TaskCanceledException("It took too long.", new TimeoutException());
            case Ending.Cancelled:
                caller!.Cancel();
                throw new OperationCanceledException(caller.Token);
            default:
                return 0;
        }
    }
}
