namespace Orchestrator;

/// <summary>
/// One count of any number of texts, in bounded time: the first characters and entries exactly, the rest by samples. A sample
/// represents the text up to the next one, so more text never gives fewer tokens, and only the samples are ever counted.
/// </summary>
internal struct TokenTally(TokenCounter counter, ModelFamily family, bool tokenized, int exact)
{
    /// <summary>How many messages, contents, arguments and tools are counted one by one; beyond that samples are.</summary>
    public const int ExactEntries = 16_384;

    /// <summary>How many bytes of JSON are read for one count, whatever the number of values.</summary>
    public const int MostJson = 4 * 1024 * 1024;

    private long _exactLeft = exact;
    private int _entriesLeft = ExactEntries;
    private double _tokens;
    private bool _rough;

    // The JSON that was read so far and its tokens: the rate for JSON that is not read.
    private int _jsonLeft = MostJson;
    private long _jsonBytes;
    private double _jsonTokens;
    private int _jsonValues;

    // The samples: the current window, the position in the text beyond the exact part, and the tokens of the window so far.
    private int _window;
    private long _position;
    private double _inWindow;
    private TextEstimate _estimate = counter.StartEstimate(family);

    public readonly TokenCount Count => new(
        (long)Math.Min(Math.Round(_tokens), int.MaxValue), tokenized && !_rough ? UsageSource.Tokenizer : UsageSource.Estimate);

    /// <summary>Adds tokens that need no counting.</summary>
    public void AddFlat(int tokens) => _tokens += tokens;

    /// <summary>Marks the count as an estimate, whatever the tokenizer.</summary>
    public void MarkRough() => _rough = true;

    /// <summary>Adds a text of its own.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        var whole = (int)Math.Min(_exactLeft, text.Length);
        // Half a surrogate pair would count as a token: the other half is added to the exact part too.
        if (whole > 0 && whole < text.Length && char.IsHighSurrogate(text[whole - 1]) && char.IsLowSurrogate(text[whole]))
            whole++;
        if (whole > 0)
        {
            _tokens += counter.CountText(text[..whole], family, tokenized);
            _exactLeft -= whole;
        }

        AddSampled(text[whole..]);
    }

    /// <summary>Adds text after the exact part: counted within the windows, and at the rate of the last window between them.</summary>
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

    /// <summary>Skips characters between two windows that were not kept.</summary>
    public void Skip(long characters)
    {
        if (characters > 0)
            Pass(characters, counted: false);
    }

    /// <summary>Whether an entry of a list may be counted by itself.</summary>
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

    /// <summary>Records a JSON value that was read and counted.</summary>
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

    /// <summary>Adds a JSON value that is not read, at the rate of those before it, by its length where that is known.</summary>
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

    /// <summary>Multiplies what was counted since the mark: it represents further entries.</summary>
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
            // One estimate over all windows: rounding up each of them would add one token in sixty.
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
