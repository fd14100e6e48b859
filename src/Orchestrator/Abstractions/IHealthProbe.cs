namespace Orchestrator;

/// <summary>A provider that can check, free of charge, whether it is reachable. Optional.</summary>
/// <remarks>Asked for a strategy whose <see cref="IRoutingStrategy.UsesHealthProbes"/> is true (of the built-in ones
/// <see cref="RoutingStrategy.FirstAvailable"/>), at most once in 30 seconds and for at most 2 seconds.</remarks>
public interface IHealthProbe
{
    /// <summary>Asks the service whether it can serve. Must cost nothing and must not be a paid completion.</summary>
    /// <param name="cancellationToken">Fires when the probe limit (2 s) runs out.</param>
    /// <returns><see langword="false"/> when the service is not available or not reachable. A probe that throws counts as
    /// <see langword="false"/>; one that does not answer in time counts as available.</returns>
    ValueTask<bool> ProbeAsync(CancellationToken cancellationToken);
}
