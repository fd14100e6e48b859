namespace Orchestrator.Tests.Providers.Http;

/// <summary>Tests that set the proxy of the whole process: they run one at a time and after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1515, CA1711 // xunit looks for public collection definitions.
public sealed class ProxyCollection
#pragma warning restore CA1515, CA1711
{
    public const string Name = "Proxy of the process";
}
