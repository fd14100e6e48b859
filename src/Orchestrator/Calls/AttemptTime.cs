namespace Orchestrator;

/// <summary>The time a provider takes, in stamps. The time in which the consumer of a stream holds an update is not in it.</summary>
/// <param name="begun">When the attempt began.</param>
internal struct AttemptTime(long begun)
{
    private long _spent;
    private bool _paused;

    /// <summary>When the stretch that runs began.</summary>
    public long Since { get; private set; } = begun;

    /// <summary>The time until the first content of a streamed answer; below zero before it.</summary>
    public long FirstToken { get; private set; } = -1;

    /// <summary>Whether the answer has moved since the clock was last looked at: first-token limit and idle limit start there.</summary>
    public bool HasNewProgress { get; set; }

    /// <summary>Whether a streamed answer has moved at all.</summary>
    public bool HasMoved { get; private set; }

    /// <summary>Provider time so far.</summary>
    public long Spent(long now)
    {
        // A clock that stepped back starts a new stretch: limits go on from there, instead of standing still until it has caught up.
        if (now < Since)
            Since = now;
        return _spent + (now - Since);
    }

    /// <summary>A streamed answer has moved, with content or without.</summary>
    public void AddProgress(bool hasContent, RouterClock clock)
    {
        if (hasContent && FirstToken < 0)
            FirstToken = Spent(clock.Now());
        // Only a wait can outlast these limits: the next one looks at the clock for both.
        HasNewProgress = HasMoved = true;
    }

    /// <summary>The consumer takes an update: the provider's time stands still.</summary>
    public void Pause(long now)
    {
        // The first token was stamped precisely, its update by the tick.
        _spent = Math.Max(Spent(now), FirstToken);
        _paused = true;
    }

    /// <summary>The consumer wants more.</summary>
    public void Resume(long now)
    {
        Since = now;
        _paused = false;
    }

    /// <summary>The attempt has ended.</summary>
    /// <returns>All of the provider's time.</returns>
    public long End(long now) => _paused ? _spent : _spent = Spent(now);
}
