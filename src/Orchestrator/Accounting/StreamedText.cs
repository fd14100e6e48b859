using System.Buffers;

namespace Orchestrator;

/// <summary>
/// The text of one answer as it arrives, in bounded memory: its first 65,536 characters, and samples of the rest, from which its tokens are
/// counted. Rents no buffer before the second text, because a buffered answer is a single text. For one thread at a time; empty again after
/// <see cref="Dispose"/>.
/// </summary>
internal sealed class StreamedText(TokenCounter counter, ProviderInfo provider) : IDisposable
{
    internal const int HeadLength = 65_536;
    private const int FirstRent = 512;

    private string? _only;
    private char[]? _head;
    private int _length;
    private TextSample? _rest;
    private StreamedText? _thoughts;

    /// <summary>Whether there is no text. Reasoning does not count as text.</summary>
    public bool IsEmpty => _only is null && _length == 0;

    public void Append(string text)
    {
        if (text.Length == 0)
            return;
        if (IsEmpty)
        {
            _only = text;
            return;
        }
        if (_only is { } first)
        {
            _only = null;
            Add(first);
        }
        Add(text);
    }

    /// <summary>Adds reasoning. It is billed like text, but is no part of the answer.</summary>
    public void AppendThought(string thought) => (_thoughts ??= new StreamedText(counter, provider)).Append(thought);

    /// <summary>The tokens of text and reasoning.</summary>
    public int CountTokens() => Count().ToInt();

    /// <summary>The tokens of text and reasoning, and where the number comes from.</summary>
    /// <param name="mayWait">Whether the caller may wait until a vocabulary is loaded.</param>
    public TokenCount Count(bool mayWait = true)
    {
        var family = ModelFamilies.Of(provider);
        var tally = counter.Tally(family, mayWait);
        tally.Add(_only is null ? _head.AsSpan(0, _length) : _only);
        var count = tally.Count;
        if (_rest is not null)
        {
            var rest = counter.Tally(family, mayWait, sampled: true);
            _rest.AddTo(ref rest);
            count += rest.Count;
        }

        return _thoughts is null ? count : count + _thoughts.Count(mayWait);
    }

    public string Head()
    {
        if (_only is { Length: <= HeadLength })
            return _only;
        var head = _only is null ? _head.AsSpan(0, _length) : _only.AsSpan(0, HeadLength);
        if (head.Length == HeadLength && char.IsHighSurrogate(head[^1]))
            head = head[..^1];
        return head.ToString();
    }

    public void Dispose()
    {
        if (_head is { } head)
            ArrayPool<char>.Shared.Return(head);
        _rest?.Dispose();
        _thoughts?.Dispose();
        (_only, _head, _length, _rest, _thoughts) = (null, null, 0, null, null);
    }

    private void Add(ReadOnlySpan<char> text)
    {
        var taken = Math.Min(HeadLength - _length, text.Length);
        if (taken > 0)
        {
            EnsureRoom(taken);
            text[..taken].CopyTo(_head.AsSpan(_length));
            _length += taken;
        }

        if (taken < text.Length)
            (_rest ??= new TextSample()).Add(text[taken..]);
    }

    private void EnsureRoom(int count)
    {
        var needed = _length + count;
        if (_head is not null && needed <= _head.Length)
            return;
        // The pool rounds up to a power of two, so the buffer doubles, up to the length of the head, which is a power of two.
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(FirstRent, needed));
        if (_head is { } smaller)
        {
            smaller.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<char>.Shared.Return(smaller);
        }
        _head = larger;
    }
}
