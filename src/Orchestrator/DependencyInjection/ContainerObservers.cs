using Microsoft.Extensions.Options;

namespace Orchestrator.DependencyInjection;

/// <summary>Has the router heard by every observer of the container, after those that were added to the options in code.</summary>
internal sealed class ContainerObservers(IEnumerable<IUsageObserver> observers) : IPostConfigureOptions<RouterOptions>
{
    public void PostConfigure(string? name, RouterOptions options)
    {
        foreach (var observer in observers)
        {
            if (!options.Observers.Contains(observer))
                options.Observers.Add(observer);
        }
    }
}
