namespace Orchestrator.Providers;

/// <summary>A provider that never changes the request it is given, or makes its own copy: it needs none of the router's.</summary>
internal interface IReadsOriginals;
