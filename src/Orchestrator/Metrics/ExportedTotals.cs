namespace Orchestrator;

/// <summary>The totals of one router, as exporters read them.</summary>
/// <param name="Clock">The clock.</param>
/// <param name="Calls">The totals of calls.</param>
/// <param name="Providers">The totals of providers.</param>
internal sealed record ExportedTotals(RouterClock Clock, CallTotals Calls, ProviderList Providers);
