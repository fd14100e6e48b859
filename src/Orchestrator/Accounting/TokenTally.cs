namespace Orchestrator;

/// <summary>
/// One count of any number of texts, in bounded time: the first characters and entries exactly, the rest by samples. What a sample gives is
/// taken for the text up to the next one, so more text never gives fewer tokens, and no more than the samples is ever looked at.
/// </summary>
internal struct TokenTally(TokenCounter counter, ModelFamily family, bool tokenized, int exact)
{
    /// <summary>How many messages, contents, arguments and tools are looked at before only some are.</summary>
    public const int ExactEntries = 16_384;

    /// <summary>How many bytes of JSON are read for one count, whatever the number of values.</summary>
    public const int MostJson = 4 * 1024 * 1024;

    private long _exactLeft = exact;
    private int _entriesLeft = ExactEntries;
    private double _tokens;
    private bool _rough;

    // What JSON has been read so far, and what it came to: the measure for what is not read.
    private int _jsonLeft = MostJson;
    private long _jsonBytes;
    private double _jsonTokens;
    private int _jsonValues;

    // The samples: the window, how far the text beyond the exact part has come, and what the window has given so far.
    private int _window;
    private long _position;
    private double _inWindow;
    private TextEstimate _estimate = counter.StartEstimate(family);

    public readonly TokenCount Count => new(
        (long)Math.Min(Math.Round(_tokens), int.MaxValue), tokenized && !_rough ? UsageSource.Tokenizer : UsageSource.Estimate);

    /// <summary>Adds tokens that need no counting.</summary>
    public void AddFlat(int tokens) => _tokens += tokens;

    /// <summary>Says that something counted is a guess, whatever the tokenizer.</summary>
    public void MarkRough() => _rough = true;

    /// <summary>Adds a text of its own.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        var whole = (int)Math.Min(_exactLeft, text.Length);
        // Half a pair is a token of its own: the other half goes to the exact part too.
        if (whole > 0 && whole < text.Length && char.IsHighSurrogate(text[whole - 1]) && char.IsLowSurrogate(text[whole]))
            whole++;
        if (whole > 0)
        {
            _tokens += counter.CountText(text[..whole], family, tokenized);
            _exactLeft -= whole;
        }

        AddSampled(text[whole..]);
    }

    /// <summary>Adds what comes after the exact part: counted within the windows, taken for like the last window between them.</summary>
    public void AddSampled(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var left = SampleWindows.Start(_window) + SampleWindows.Length - _position;
            var taken = (int)Math.Min(left > 0 ? left : SampleWindows.Start(_window + 1) - _position, text.Length);
            if (left > 0)
                CountInWindow(text[..taken]);
            Pass(taken, counted: left > 0);
            text = text[taken..];
        }
    }

    /// <summary>Passes characters between two windows that are not there to be looked at.</summary>
    public void Skip(long characters)
    {
        if (characters > 0)
            Pass(characters, counted: false);
    }

    /// <summary>Whether an entry of a list may be looked at for itself.</summary>
    public bool TakeEntry()
    {
        if (_entriesLeft > 0)
        {
            _entriesLeft--;
            return true;
        }

        return false;
    }

    /// <summary>How many bytes of JSON may still be read.</summary>
    public readonly int JsonLeft => _jsonLeft;

    /// <summary>Takes note of a value of JSON that was read and counted.</summary>
    /// <param name="mark">Where the count stood before it.</param>
    /// <param name="read">The bytes that were read or written for it.</param>
    /// <param name="length">The bytes that it has.</param>
    public void TookJson(double mark, int read, long length)
    {
        _jsonLeft -= Math.Min(_jsonLeft, read);
        _jsonBytes += length;
        _jsonTokens += _tokens - mark;
        _jsonValues++;
    }

    /// <summary>Adds a value of JSON that is not read: as its like before it, by its length where that is known.</summary>
    public void AddUnreadJson(long? length)
    {
        _rough = true;
        if (length is { } bytes && _jsonBytes > 0)
            _tokens += bytes * (_jsonTokens / _jsonBytes);
        else if (_jsonValues > 0)
            _tokens += _jsonTokens / _jsonValues;
    }

    /// <summary>What was counted so far, for <see cref="Weigh"/>.</summary>
    public readonly double Mark() => _tokens;

    /// <summary>Lets what was counted since the mark stand for more of its like.</summary>
    public void Weigh(double mark, double weight)
    {
        if (weight <= 1)
            return;
        _tokens = mark + ((_tokens - mark) * weight);
        _rough = true;
    }

    private void CountInWindow(ReadOnlySpan<char> text)
    {
        long tokens;
        if (tokenized)
        {
            tokens = counter.CountText(text, family, tokenized);
        }
        else
        {
            // One estimate over all windows: rounding up each would be a token too many in sixty.
            var before = _estimate.Tokens;
            _estimate.Add(text);
            tokens = _estimate.Tokens - before;
        }

        _inWindow += tokens;
        _tokens += tokens;
    }

    private void Pass(long characters, bool counted)
    {
        _rough = true;
        if (!counted)
            _tokens += characters * (_inWindow / SampleWindows.Length);
        _position += characters;
        if (_position == SampleWindows.Start(_window + 1))
        {
            _window++;
            _inWindow = 0;
        }
    }
}
