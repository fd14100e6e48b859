namespace Orchestrator.Providers;

/// <summary>A provider whose disposal disposes one client and nothing else, so that providers over the same client can be
/// recognised.</summary>
internal interface IClientOwner
{
    object Client { get; }
}
