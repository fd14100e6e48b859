namespace Orchestrator.Fuzz;

/// <summary>One reader of the library under fuzz. Each worker has its own object, so none is used by two threads.</summary>
internal abstract class FuzzReader(string name)
{
    /// <summary>The name on the command line and in replay files.</summary>
    public string Name { get; } = name;

    /// <summary>What mutations start from.</summary>
    public abstract IReadOnlyList<byte[]> Samples { get; }

    /// <summary>Fills the case with the input that belongs to the dice.</summary>
    public abstract void Make(FuzzCase input, Mutator mutator, Dice dice);

    /// <summary>Reads the input. Throws <see cref="FuzzFailure"/>, or whatever escaped from the library,
    /// when a promise is broken.</summary>
    public abstract Verdict Read(FuzzCase input);
}
