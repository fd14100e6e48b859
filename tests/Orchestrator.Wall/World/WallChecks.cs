namespace Orchestrator.Wall;

/// <summary>The checks of one run, as they turned out.</summary>
internal sealed class WallChecks
{
    private readonly Lock _lock = new();
    private readonly List<string> _broken = [];
    private readonly List<string> _weak = [];
    private readonly List<string> _missed = [];

    /// <summary>Required checks that do not hold.</summary>
    public IReadOnlyList<string> Broken => _broken;

    /// <summary>Advisory checks that do not hold.</summary>
    public IReadOnlyList<string> Weak => _weak;

    /// <summary>Figures of our own that are not kept though the scenario would let it pass.</summary>
    public IReadOnlyList<string> Missed => _missed;

    /// <summary>What does not hold makes the scenario fail.</summary>
    public bool Required(bool holds, string what) => Add(_broken, holds, what);

    /// <summary>What does not hold makes an answer partial.</summary>
    public bool Advisory(bool holds, string what) => Add(_weak, holds, what);

    /// <summary>What does not hold leaves the verdict alone and the run below our bar.</summary>
    public bool Ours(bool holds, string what) => Add(_missed, holds, what);

    public string Note => string.Join("; ", _broken.Concat(_weak).Concat(_missed).Distinct().Take(4));

    private bool Add(List<string> list, bool holds, string what)
    {
        if (!holds)
        {
            lock (_lock)
                list.Add(what);
        }

        return holds;
    }
}
