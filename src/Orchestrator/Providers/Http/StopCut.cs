namespace Orchestrator.Providers;

/// <summary>
/// Does for a vendor what it cannot do itself: ends the text before the first stop sequence, wherever the pieces of a stream were cut.
/// What may be the beginning of one is held back until more is known. For one answer; not thread-safe.
/// </summary>
internal sealed class StopCut
{
    private readonly string[] _stops;
    private string _held = "";

    private StopCut(string[] stops) => _stops = stops;

    /// <summary>Whether a stop sequence was found: nothing more is text.</summary>
    public bool IsCut { get; private set; }

    /// <summary>A cut at these sequences; null when there is none to look for.</summary>
    public static StopCut? For(IList<string>? stops)
    {
        string[] known = [.. (stops ?? []).Where(s => !string.IsNullOrEmpty(s))];
        return known.Length == 0 ? null : new StopCut(known);
    }

    /// <summary>The text that may be handed out now that this much has come.</summary>
    public string Take(string piece)
    {
        if (IsCut)
            return "";
        var text = _held + piece;
        // The one that is whole first, as if the text came letter by letter: however it is cut, the end is the same.
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

    /// <summary>Another text, all of it, in place of the one begun.</summary>
    public string Whole(string text)
    {
        (IsCut, _held) = (false, "");
        return Take(text) + Rest();
    }

    /// <summary>What was held back, now that nothing follows.</summary>
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
