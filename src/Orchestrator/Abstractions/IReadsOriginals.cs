namespace Orchestrator.Providers;

/// <summary>A provider that never changes its request, or copies it itself: the router gives it the original.</summary>
internal interface IReadsOriginals;
