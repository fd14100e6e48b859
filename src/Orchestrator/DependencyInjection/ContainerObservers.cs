using Microsoft.Extensions.Options;

namespace Orchestrator.DependencyInjection;

/// <summary>Adds every observer of the container to the options, after those that were added in code.</summary>
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
