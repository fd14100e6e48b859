using System.Globalization;

namespace Orchestrator.Soak;

/// <summary>How the provider saw one request end.</summary>
internal enum Seen
{
    Running,
    Completed,
    Threw,
    Cancelled,
    Left,
}

/// <summary>One line of the providers' own ledger. Written by the provider alone; read when the call is over.</summary>
internal sealed class Asked(SoakProvider provider, long id, long at)
{
    public SoakProvider Provider { get; } = provider;

    public long At { get; } = at;

    /// <summary>When the provider had nothing more to do with it; before the router hears of it.</summary>
    public long Ended { get; set; }

    public Seen End { get; set; }

    /// <summary>Whether it outlasted its cancellation: its end here and the end of its attempt have
    /// nothing to do with each other.</summary>
    public bool WasDeaf { get; set; }

    public bool GaveFinish { get; set; }

    public int Given { get; set; }

    public int Words { get; set; }

    public int? Prompt { get; set; }

    public int? Completion { get; set; }

    /// <summary>No two words of all providers are the same.</summary>
    public string Word(int index) => string.Create(CultureInfo.InvariantCulture, $"{id}.{index} ");

    public string Text(int words) => string.Concat(Enumerable.Range(0, words).Select(Word));
}
