namespace Orchestrator.Providers;

/// <summary>
/// Splits a stream of bytes into lines at LF, CR or CR LF, without a string per line. Uses one pooled buffer that grows to the longest
/// line, at most <see cref="HttpCaps.Line"/>. Each byte is scanned once, however the bytes arrive. Blank lines are reported, because they
/// end an SSE event. Not thread-safe.
/// </summary>
/// <remarks>A read that was cancelled or failed may still write into the buffer: such a buffer is not returned to the pool.</remarks>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private byte[] _buffer = Buffers.Rent(4096);
    private int _start;
    private int _scanned;
    private int _end;
    private long _total;
    private bool _ended;
    private bool _begun;
    private bool _afterReturn;
    private bool _lent;

    /// <summary>The next line that has arrived, without its end; valid until the next call. False when more bytes are needed.</summary>
    public bool TryTake(out ReadOnlySpan<byte> line)
    {
        if (_afterReturn && _start < _end)
        {
            // CR LF is one line end, not a line and a blank one: a blank line ends an event.
            _afterReturn = false;
            if (_buffer[_start] == '\n')
                _scanned = ++_start;
        }

        var rest = _buffer.AsSpan(_scanned, _end - _scanned);
        var length = rest.IndexOfAny((byte)'\n', (byte)'\r');
        if (length >= 0)
        {
            line = _buffer.AsSpan(_start, _scanned + length - _start);
            _start = _scanned = _scanned + length + 1;
            _afterReturn = _buffer[_start - 1] == '\r';
            return true;
        }

        _scanned = _end;
        if (_ended && _end > _start)
        {
            // Many servers omit the last line end.
            line = _buffer.AsSpan(_start, _end - _start);
            _start = _scanned = _end;
            return true;
        }

        line = default;
        return false;
    }

    /// <summary>Reads more bytes; false at the end. <see cref="TryTake"/> then returns the rest.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_ended)
            return false;
        MakeRoom();
        _lent = true;
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _lent = false;
        if (read == 0)
        {
            _ended = true;
            return false;
        }

        _total += read;
        if (_total > HttpCaps.Stream)
            throw TooLarge($"a stream of more than {HttpCaps.Stream >> 20} MiB");
        _end += read;
        if (!_begun)
            SkipByteOrderMark();
        return true;
    }

    public void Dispose()
    {
        if (!_lent)
            Buffers.Return(_buffer);
        _buffer = [];
        _start = _scanned = _end = 0;
    }

    internal static LlmException TooLarge(string what) =>
        new(
            LlmErrorKind.MalformedResponse,
            $"The server sent {what}; no answer of a language model is that large. Check the base address.");

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _scanned -= _start;
            _end -= _start;
            _start = 0;
        }

        if (_end < _buffer.Length)
            return;
        if (_end >= HttpCaps.Line)
            throw TooLarge($"a line of more than {HttpCaps.Line >> 20} MiB");
        _buffer = Buffers.Grow(_buffer, _end, Math.Min(_buffer.Length * 2, HttpCaps.Line));
    }

    private void SkipByteOrderMark()
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var have = _buffer.AsSpan(0, _end);
        if (have.Length < mark.Length && mark.StartsWith(have))
            return;
        _begun = true;
        if (have.StartsWith(mark))
            _start = _scanned = mark.Length;
    }
}
