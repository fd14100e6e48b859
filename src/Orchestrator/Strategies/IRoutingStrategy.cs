namespace Orchestrator;

/// <summary>Orders the providers for one call. Pure and quick: no I/O, no state, no waiting; safe to call from many threads.</summary>
public interface IRoutingStrategy
{
    /// <summary>Puts the candidates into the order they should be tried. Called at most once for a plan; the result may be lazy and is read
    /// as far as needed.</summary>
    /// <param name="candidates">The available candidates in the order they were added; at least one. Read-only.</param>
    /// <param name="context">The request, the call's turn and a source of chance.</param>
    /// <returns>Candidates from this list, best first. Those left out are not tried; repeated ones are tried once; those that are not of
    /// this list, made by hand or remembered from another call, are ignored. If this throws, the fault is logged and the order they were
    /// added in is used.</returns>
    IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context);

    /// <summary>Whether the router is to run the health probes of providers that have one (<see cref="IHealthProbe"/>), every 30 s, and to
    /// put the result into <see cref="Candidate.IsReachable"/>. Read once, by the router's constructor.</summary>
    /// <value><see langword="false"/>.</value>
    bool UsesHealthProbes => false;
}
