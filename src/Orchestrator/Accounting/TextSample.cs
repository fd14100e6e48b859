using System.Buffers;

namespace Orchestrator;

/// <summary>
/// The parts of a growing text that are kept beyond its beginning: the windows that a count samples (<see cref="SampleWindows"/>), about 80
/// KB of a text of any length. Nothing is counted while text arrives: the reader of a stream must not wait, and no count is needed if the
/// vendor reports usage.
/// </summary>
internal sealed class TextSample : IDisposable
{
    private const int FirstRent = 4096;

    private char[]? _kept;
    private int _length;
    private int _window;
    private long _position;

    public void Add(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var left = SampleWindows.Start(_window) + SampleWindows.Length - _position;
            var taken = (int)Math.Min(left > 0 ? left : SampleWindows.Start(_window + 1) - _position, text.Length);
            if (left > 0)
                Keep(text[..taken]);
            _position += taken;
            text = text[taken..];
            if (_position == SampleWindows.Start(_window + 1))
                _window++;
        }
    }

    public void AddTo(ref TokenTally tally)
    {
        var kept = _kept.AsSpan(0, _length);
        for (var window = 0; !kept.IsEmpty; window++)
        {
            var part = kept[..Math.Min(SampleWindows.Length, kept.Length)];
            tally.AddSampled(part);
            tally.Skip(Math.Min(_position, SampleWindows.Start(window + 1)) - SampleWindows.Start(window) - part.Length);
            kept = kept[part.Length..];
        }
    }

    public void Dispose()
    {
        if (_kept is { } kept)
            ArrayPool<char>.Shared.Return(kept);
        (_kept, _length, _window, _position) = (null, 0, 0, 0);
    }

    private void Keep(ReadOnlySpan<char> text)
    {
        if (_kept is null || _length + text.Length > _kept.Length)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(FirstRent, 2 * _length));
            if (_kept is { } smaller)
            {
                smaller.AsSpan(0, _length).CopyTo(larger);
                ArrayPool<char>.Shared.Return(smaller);
            }

            _kept = larger;
        }

        text.CopyTo(_kept.AsSpan(_length));
        _length += text.Length;
    }
}
