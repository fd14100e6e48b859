namespace Orchestrator.Tests.Stress;

/// <summary>Repeatable chance that is cheap to start anywhere: a call rolls the same whatever thread it runs on (SplitMix64).</summary>
internal struct Dice(long seed, long first, long second = 0)
{
    private ulong _state = Mix(Mix((ulong)seed) ^ Mix((ulong)first * 0x9E3779B97F4A7C15) ^ ((ulong)second * 0xD1B54A32D192ED03));

    public int Below(int bound) => (int)(Next() % (ulong)bound);

    public bool Percent(double chance) => Next() / (double)ulong.MaxValue * 100 < chance;

    private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
