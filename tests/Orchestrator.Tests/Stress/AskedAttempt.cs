using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Stress;

/// <summary>How the provider saw one request end.</summary>
internal enum Ending
{
    /// <summary>It is still running, or its sequence was never closed.</summary>
    None,

    /// <summary>The router read to the end.</summary>
    Completed,

    /// <summary>The provider threw.</summary>
    Threw,

    /// <summary>The provider's token fired, and it said so.</summary>
    SawCancel,

    /// <summary>The router closed the sequence before its end.</summary>
    Left,
}

/// <summary>One line of the provider's own ledger: what it was asked, and what it gave. Written by the provider alone.</summary>
internal sealed class AskedAttempt(StressProvider provider, string tag, int words)
{
    private readonly string _tag = tag;

    public long At { get; } = TimeProvider.System.GetTimestamp();

    public StressProvider Provider { get; } = provider;

    public int Words { get; } = words;

    public int GivenWords { get; set; }

    public int GivenToolCalls { get; set; }

    public bool GaveFinish { get; set; }

    public bool GaveRefusal { get; set; }

    public bool GaveAnything => GivenWords > 0 || GivenToolCalls > 0;

    public int? Prompt { get; private set; }

    public int? Completion { get; private set; }

    public ChatResponse? Whole { get; set; }

    public Ending Ending { get; set; }

    public LlmErrorKind? Kind { get; set; }

    /// <summary>When the provider threw, and for how long that error leaves it out; null when it does not.</summary>
    public (long Thrown, TimeSpan Length, Hold Hold)? Excludes { get; set; }

    /// <summary>Every word is different from every other word any provider ever says.</summary>
    public string Word(int index) => $"«{_tag}:{index}» ";

    public string Text(int words) => string.Concat(Enumerable.Range(0, words).Select(Word));

    public UsageDetails Report(int? prompt, int? completion)
    {
        Prompt = Prompt + (prompt ?? 0) ?? prompt;
        Completion = Completion + (completion ?? 0) ?? completion;
        return new UsageDetails { InputTokenCount = prompt, OutputTokenCount = completion };
    }
}
