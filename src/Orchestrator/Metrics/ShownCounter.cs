using Prometheus;

namespace Orchestrator;

/// <summary>One exported counter and its last total.</summary>
/// <param name="counter">The counter.</param>
/// <param name="shared">Whether other routers add to it.</param>
internal sealed class ShownCounter(Counter.Child counter, bool shared)
{
    private double _shown;

    public void Set(double total)
    {
        // In a registry of the router's own the counter is set to the exact total; in a shared one it is increased by the difference.
        if (!shared)
            counter.IncTo(total);
        else if (total > _shown)
            counter.Inc(total - _shown);
        _shown = total;
    }
}
