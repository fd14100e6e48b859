namespace Orchestrator;

/// <summary>What exporters read of one router.</summary>
/// <param name="Clock">The clock.</param>
/// <param name="Calls">The totals of calls.</param>
/// <param name="Providers">The totals of providers.</param>
internal sealed record ExportedTotals(RouterClock Clock, CallTotals Calls, ProviderList Providers);
