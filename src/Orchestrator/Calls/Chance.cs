namespace Orchestrator;

/// <summary>
/// The router's source of chance. A source that throws, or returns a number outside 0 to 1, costs the spread of a delay and nothing else.
/// </summary>
internal sealed class Chance(Random source)
{
    /// <summary>A number from 0 to 1.</summary>
    public double Next()
    {
        try
        {
            if (source.NextDouble() is >= 0 and <= 1 and var chance)
                return chance;
        }
#pragma warning disable CA1031 // As said above.
        catch (Exception)
#pragma warning restore CA1031
        {
            // As with a number outside the range.
        }

        return 0.5;
    }

    /// <summary>0.8 to 1.2: events that hit many providers at the same moment must not be repeated at the same moment.</summary>
    public double Jitter() => 0.8 + (0.4 * Next());

    /// <summary>64 random bits, whatever the caller's source does.</summary>
    public ulong Bits()
    {
        try
        {
            return (ulong)source.NextInt64();
        }
#pragma warning disable CA1031 // As said above.
        catch (Exception)
#pragma warning restore CA1031
        {
            return (ulong)LockedRandom.Default.NextInt64();
        }
    }
}
