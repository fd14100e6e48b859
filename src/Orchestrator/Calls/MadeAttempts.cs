namespace Orchestrator;

/// <summary>The attempts of one call that have ended, in order.</summary>
internal struct MadeAttempts()
{
    private LlmAttempt[] _records = [];

    public readonly LlmAttempt[] Records => _records;

    public readonly int Count => _records.Length;

    public readonly LlmAttempt? Last => _records is [.., var last] ? last : null;

    public void Add(LlmAttempt record)
    {
        // Results and errors hold the list: it is replaced, not changed.
        var records = new LlmAttempt[_records.Length + 1];
        _records.CopyTo(records, 0);
        records[^1] = record;
        _records = records;
    }

    /// <summary>How many providers were asked.</summary>
    public readonly int CountProviders()
    {
        var count = 0;
        for (var i = 0; i < _records.Length; i++)
        {
            var name = _records[i].Provider.Name;
            count += Array.FindIndex(_records, made => made.Provider.Name == name) == i ? 1 : 0;
        }

        return count;
    }

    /// <summary>How many attempts were made at this provider, or at one before it of the same name.</summary>
    public readonly int CountAt(RegisteredProvider registered)
    {
        var count = 0;
        foreach (var made in _records)
            count += made.Provider.Name == registered.Info.Name ? 1 : 0;
        return count;
    }

    /// <summary>Whether a provider of this name was asked.</summary>
    public readonly bool HasAsked(string name) => Array.Exists(_records, made => made.Provider.Name == name);

    /// <summary>Those of the providers whose name has not been asked yet.</summary>
    public readonly RegisteredProvider[] UntriedOf(RegisteredProvider[] providers)
    {
        var records = _records;
        return Array.FindAll(providers, registered => !Array.Exists(records, made => made.Provider.Name == registered.Info.Name));
    }

    /// <summary>Whether the prompt was too long for a provider with at least this one's room.</summary>
    public readonly bool AreTooLongFor(RegisteredProvider registered)
    {
        foreach (var made in _records)
        {
            if (made.Error?.Kind == LlmErrorKind.ContextLengthExceeded && registered.Info.ContextWindow <= made.Provider.ContextWindow)
                return true;
        }

        return false;
    }
}
