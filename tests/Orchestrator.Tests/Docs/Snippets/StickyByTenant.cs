using System.Security.Cryptography;
using System.Text;
using Orchestrator;

namespace MyApp;

/// <summary>Each tenant keeps its provider; when that one is gone, only its own tenants move.</summary>
public sealed class StickyByTenant : IRoutingStrategy
{
    public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
    {
        var tenant = context.Request.Tags?.GetValueOrDefault("tenant") ?? "";
        return candidates.OrderBy(c => ScoreOf(tenant, c.Info.Name));
    }

    // A hash that is the same in every process; string.GetHashCode is not.
    private static ulong ScoreOf(string tenant, string provider) =>
        BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{provider}")));
}
