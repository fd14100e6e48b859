namespace Orchestrator;

/// <summary>Which providers a request alone selects, and whether it leaves the choice to the strategy.</summary>
/// <param name="Providers">Those that may serve it, in the order of the list.</param>
/// <param name="First">The one that is asked first while it is available; null for none.</param>
/// <param name="IsToOne">Whether it has to be served by one provider, whatever happens.</param>
internal readonly record struct CallBinding(RegisteredProvider[] Providers, RegisteredProvider? First, bool IsToOne);
