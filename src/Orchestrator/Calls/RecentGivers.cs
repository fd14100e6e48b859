using System.Security.Cryptography;
using System.Text;

namespace Orchestrator;

/// <summary>
/// Which provider gave an id, for the ids that were given or asked for last: those that were not used for longest are forgotten.
/// Thread-safe.
/// </summary>
/// <param name="most">How many ids are kept.</param>
internal sealed class RecentGivers(int most)
{
    // Of a longer id a hash is kept, so that the number of ids bounds the memory.
    private const int LongestId = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Id, string? Provider)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Id, string? Provider)> _byUse = new();

    /// <summary>Whether no id was ever given. Read without the lock.</summary>
    public bool IsEmpty => Volatile.Read(ref _isUsed) == 0;

    private int _isUsed;

    /// <summary>A provider has given an id, and has it from now on.</summary>
    public void Set(string id, string provider) => Set(id, provider, mayBeTwo: false);

    /// <summary>A provider has given an id; one that several have given belongs to none of them.</summary>
    public void SetUnlessTwo(string id, string provider) => Set(id, provider, mayBeTwo: true);

    /// <summary>The provider that gave an id; null when it is unknown, or none of several.</summary>
    public string? Of(string id)
    {
        if (IsEmpty)
            return null;
        id = Short(id);
        lock (_lock)
        {
            if (!_nodes.TryGetValue(id, out var node))
                return null;
            MoveToEndUnderLock(node);
            return node.Value.Provider;
        }
    }

    private void Set(string id, string provider, bool mayBeTwo)
    {
        id = Short(id);
        lock (_lock)
        {
            _isUsed = 1;
            if (_nodes.TryGetValue(id, out var node))
            {
                node.Value = (id, mayBeTwo && node.Value.Provider != provider ? null : provider);
                MoveToEndUnderLock(node);
                return;
            }

            if (_nodes.Count >= most)
            {
                _nodes.Remove(_byUse.First!.Value.Id);
                _byUse.RemoveFirst();
            }

            _nodes.Add(id, _byUse.AddLast((id, provider)));
        }
    }

    private void MoveToEndUnderLock(LinkedListNode<(string Id, string? Provider)> node)
    {
        _byUse.Remove(node);
        _byUse.AddLast(node);
    }

    private static string Short(string id) =>
        id.Length <= LongestId ? id : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
