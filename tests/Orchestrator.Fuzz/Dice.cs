namespace Orchestrator.Fuzz;

/// <summary>Repeatable chance that is cheap to start for every input (SplitMix64). Not thread-safe.</summary>
internal sealed class Dice(ulong start)
{
    private ulong _state = start;

    /// <summary>The dice of one input: the same whatever thread rolls them and whatever came before.</summary>
    public static Dice For(ulong seed, string reader, long index)
    {
        var state = Mix(seed + 0x9E3779B97F4A7C15);
        foreach (var c in reader)
            state = Mix(state ^ c);
        return new Dice(Mix(state ^ ((ulong)index * 0xD1B54A32D192ED03)));
    }

    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>From 0 to <paramref name="bound"/> − 1; 0 for a bound of 0.</summary>
    public int Below(int bound) => bound <= 0 ? 0 : (int)(Next() % (ulong)bound);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public T Of<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>Small numbers often, large ones now and then: 1 to <paramref name="most"/>.</summary>
    public int Skewed(int most) => 1 + Below(1 + Below(1 + Below(most)));

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
