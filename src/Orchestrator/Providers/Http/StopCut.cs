namespace Orchestrator.Providers;

/// <summary>
/// Applies stop sequences for a vendor that has none: ends the text before the first one, however the stream is cut into pieces. Text that
/// may be the beginning of a stop sequence is held back until more arrives. For one answer; not thread-safe.
/// </summary>
internal sealed class StopCut
{
    private readonly string[] _stops;
    private string _held = "";

    private StopCut(string[] stops) => _stops = stops;

    /// <summary>Whether a stop sequence was found: the text has ended.</summary>
    public bool IsCut { get; private set; }

    /// <summary>A cut at these sequences; null when the list is empty.</summary>
    public static StopCut? For(IList<string>? stops)
    {
        string[] known = [.. (stops ?? []).Where(s => !string.IsNullOrEmpty(s))];
        return known.Length == 0 ? null : new StopCut(known);
    }

    /// <summary>Adds text and returns what may be handed out now.</summary>
    public string Take(string piece)
    {
        if (IsCut)
            return "";
        var text = _held + piece;
        // The sequence that is complete first wins, as if the text came letter by letter, so that the result does not depend on the pieces.
        var (start, end) = (-1, int.MaxValue);
        foreach (var stop in _stops)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (at + stop.Length < end || (at + stop.Length == end && at < start)))
                (start, end) = (at, at + stop.Length);
        }

        if (start >= 0)
        {
            (IsCut, _held) = (true, "");
            return text[..start];
        }

        var keep = Held(text);
        _held = text[^keep..];
        return text[..^keep];
    }

    /// <summary>Replaces the text by another complete one.</summary>
    public string Whole(string text)
    {
        (IsCut, _held) = (false, "");
        return Take(text) + Rest();
    }

    /// <summary>The text that was held back, at the end of the answer.</summary>
    public string Rest()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    /// <summary>How many characters at the end may begin a stop sequence.</summary>
    private int Held(string text)
    {
        var longest = 0;
        foreach (var stop in _stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                    longest = length;
            }
        }

        return longest;
    }
}
