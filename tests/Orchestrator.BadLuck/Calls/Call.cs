namespace Orchestrator.BadLuck;

/// <summary>One call of a caller: what it asks for, and what was seen of it.</summary>
/// <param name="Id">Its number; calls are numbered in the order they begin.</param>
/// <param name="Caller">Whose it is.</param>
/// <param name="Kind">What it asks for.</param>
internal sealed record Call(int Id, int Caller, CallKind Kind)
{
    /// <summary>Whether it is read as a stream.</summary>
    public bool Streamed { get; init; }

    /// <summary>The vendor whose provider it names, or that refuses it.</summary>
    public Vendor? Named { get; init; }

    /// <summary>How long its answer takes to begin.</summary>
    public TimeSpan FirstDelay { get; init; }

    /// <summary>How many pieces its answer has, and how long it takes from one to the next.</summary>
    public int Pieces { get; init; }

    public TimeSpan Gap { get; init; }

    /// <summary>The limit of a tight call, or the patience of a caller.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>A choice within the kind.</summary>
    public int Variant { get; init; }

    /// <summary>How long a vendor works on it.</summary>
    public TimeSpan Work => FirstDelay + (Gap * Pieces);

    public TimeSpan Began { get; set; }

    /// <summary>Whether all providers were available when it began, and none full.</summary>
    public bool AllWereAvailable { get; set; }

    /// <summary>Whether the provider it names was available, and not full, when it began.</summary>
    public bool NamedWasAvailable { get; set; }

    /// <summary>The providers that were full when it began, if it may go to any and none was available; else null.</summary>
    public string? Full { get; set; }

    /// <summary>The providers in whose line it began to wait; null when it did not wait.</summary>
    public string? WaitsAt { get; set; }

    /// <summary>The requests that vendors have seen.</summary>
    public List<Visit> Visits { get; } = [];

    /// <summary>The attempts that the router has reported.</summary>
    public List<LlmAttempt> Attempts { get; } = [];

    /// <summary>Whether it may go to any provider, by the turn that the strategy gives.</summary>
    public bool IsFree => !IsBound && Kind != CallKind.Unwritable;

    /// <summary>Whether it belongs to the provider that it names.</summary>
    public bool IsBound => Kind is CallKind.Pinned or CallKind.ToolResult or CallKind.Conversation;

    public string Text => $"{Id} {string.Concat(Enumerable.Repeat("word ", Pieces))}";

    /// <summary>A call is equal to itself alone.</summary>
    public bool Equals(Call? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Id;

    public override string ToString() => $"call {Id} of caller {Caller} ({Kind}{(Streamed ? ", streamed" : "")})";
}
