using System.Globalization;

namespace Orchestrator.Fuzz;

/// <summary>One thread's share: makes inputs, reads them, counts how they ended.</summary>
internal sealed class FuzzWorker(FuzzReader reader, ulong seed)
{
    private readonly Mutator _mutator = new();
    private readonly Dictionary<string, long> _outcomes = new(StringComparer.Ordinal);

    /// <summary>The input being read; the watchdog writes it to a file when reading does not end.</summary>
    public FuzzCase Input { get; } = new();

    /// <summary>The number of the input being read; negative between inputs.</summary>
    public long Current { get => Volatile.Read(ref field); private set => Volatile.Write(ref field, value); } = -1;

    public string Reader => reader.Name;

    public IReadOnlyDictionary<string, long> OutcomeCounts => _outcomes;

    public long MostAllocated { get; private set; }

    /// <summary>Makes the input of that number and reads it. Null when it ended as it may.</summary>
    public string? Run(long index)
    {
        var dice = Dice.For(seed, reader.Name, index);
        Input.Clear(reader.Name);
        reader.Make(Input, _mutator, dice);
        Current = index;
        var problem = Read(reader, Input, out var verdict);
        Current = -1;
        if (problem is not null)
            return problem;
        _outcomes[verdict.Outcome] = _outcomes.GetValueOrDefault(verdict.Outcome) + 1;
        MostAllocated = Math.Max(MostAllocated, verdict.Allocated);
        return null;
    }

    /// <summary>Reads an input; what was wrong, or null.</summary>
    public static string? Read(FuzzReader reader, FuzzCase input, out Verdict verdict)
    {
        verdict = default;
        try
        {
            verdict = reader.Read(input);
            return null;
        }
        catch (FuzzFailure failure)
        {
            return failure.Message;
        }
        catch (Exception escaped)
        {
            // Where from: the library's topmost frame, without folders.
            var frame = (escaped.StackTrace ?? "").Split('\n').FirstOrDefault(
                f => f.Contains("Orchestrator.", StringComparison.Ordinal) && !f.Contains("Orchestrator.Fuzz", StringComparison.Ordinal));
            return string.Create(
                CultureInfo.InvariantCulture, $"{escaped.GetType().Name} escaped: {escaped.Message} {frame?.Split(" in ")[0].Trim()}");
        }
    }
}
