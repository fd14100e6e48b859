namespace Orchestrator;

/// <summary>The upper bounds of the exported histograms, in seconds.</summary>
internal static class Buckets
{
    /// <summary>50 ms to 120 s: what language models take.</summary>
    public static double[] Latency { get; } = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120];

    /// <summary>1 µs to 100 ms: what the router may add.</summary>
    public static double[] Overhead { get; } = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2, 0.1];
}
