using Prometheus;

namespace Orchestrator;

/// <summary>One exported counter and the total it last showed.</summary>
/// <param name="counter">The counter.</param>
/// <param name="shared">Whether other routers add to it.</param>
internal sealed class ShownCounter(Counter.Child counter, bool shared)
{
    private double _shown;

    public void Set(double total)
    {
        // A registry of the router's own takes the exact total; one that others write to takes what was added.
        if (!shared)
            counter.IncTo(total);
        else if (total > _shown)
            counter.Inc(total - _shown);
        _shown = total;
    }
}
