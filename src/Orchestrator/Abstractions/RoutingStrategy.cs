namespace Orchestrator;

/// <summary>The built-in strategies.</summary>
public enum RoutingStrategy
{
    /// <summary>Each call starts one provider further. The default.</summary>
    RoundRobin,

    /// <summary>A random order for each call.</summary>
    Random,

    /// <summary>The order they were added in; those whose health probe fails go last.</summary>
    FirstAvailable,

    /// <summary>By status, then by the lowest expected load.</summary>
    BestAvailable,
}
