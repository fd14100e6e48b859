using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Orchestrator;

/// <summary>
/// The text of one answer as it arrives: its first 65,536 characters, and the tokens of all of it, in bounded memory. Rents nothing before a second
/// text comes, for a buffered answer is a single one. For one thread at a time; empty again after <see cref="Dispose"/>.
/// </summary>
internal sealed class TextSoFar(TokenCounter counter, ProviderInfo provider) : IDisposable
{
    internal const int HeadLength = 65_536;
    private const int FirstRent = 512;

    private string? _only;
    private char[]? _head;
    private int _length;
    private LongText? _long;
    private ExceptionDispatchInfo? _fault;
    private TextSoFar? _thoughts;

    /// <summary>Whether there is no text; thoughts are none.</summary>
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

    /// <summary>A thought is paid for like text, but is no part of the answer.</summary>
    public void AppendThought(string thought) => (_thoughts ??= new TextSoFar(counter, provider)).Append(thought);

    /// <summary>The tokens of text and thoughts. Throws what the counter threw, be it now or while the text came: a text is never lost to its count.</summary>
    public int CountTokens()
    {
        _fault?.Throw();
        var thoughts = _thoughts?.CountTokens() ?? 0L;
        return TokenCounter.ToInt(thoughts + (
            _long is not null ? _long.CountTokens()
            : counter.CountText(_only is null ? _head.AsSpan(0, _length) : _only, ModelFamilies.Of(provider))));
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
        _long?.Dispose();
        _thoughts?.Dispose();
        (_only, _head, _length, _long, _fault, _thoughts) = (null, null, 0, null, null, null);
    }

    private void Add(ReadOnlySpan<char> text)
    {
        if (_long is null)
        {
            var taken = Math.Min(HeadLength - _length, text.Length);
            EnsureRoom(taken);
            text[..taken].CopyTo(_head.AsSpan(_length));
            _length += taken;
            text = text[taken..];
            if (text.IsEmpty)
                return;
            _long = new LongText(counter, ModelFamilies.Of(provider));
            CountAsItComes(_long, _head.AsSpan(0, _length));
        }
        CountAsItComes(_long, text);
    }

    private void CountAsItComes(LongText target, ReadOnlySpan<char> text)
    {
        if (_fault is not null)
            return;
        try
        {
            target.Add(text);
        }
#pragma warning disable CA1031 // Kept for whoever asks for the count.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _fault = ExceptionDispatchInfo.Capture(error);
        }
    }

    private void EnsureRoom(int count)
    {
        var needed = _length + count;
        if (_head is not null && needed <= _head.Length)
            return;
        // The pool rounds up to a power of two, so the room doubles, and stops at the length of the head, which is one.
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(FirstRent, needed));
        if (_head is { } smaller)
        {
            smaller.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<char>.Shared.Return(smaller);
        }
        _head = larger;
    }
}
