namespace Orchestrator.DependencyInjection;

/// <summary>What is attached to the router once it is built. The router ends it.</summary>
internal sealed record RouterAttachment(Action<Router> Attach);
