using System.Diagnostics;

namespace Orchestrator;

/// <summary>The instruments of one version of the conventions.</summary>
internal abstract class VersionInstruments
{
    public abstract bool IsEnabled { get; }

    /// <param name="attempt">The attempt.</param>
    /// <param name="tags">What all instruments have; the duration has the kind of the error besides.</param>
    public abstract void Add(LlmAttempt attempt, TagList tags);

    /// <summary>The tags of a duration.</summary>
    protected static TagList WithError(TagList tags, LlmAttempt attempt)
    {
        if (attempt.Error is { } error)
            tags.Add(SpanNames.Error, error.Kind.ToString());
        return tags;
    }
}
