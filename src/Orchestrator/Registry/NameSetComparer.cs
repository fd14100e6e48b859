using System.Diagnostics.CodeAnalysis;

namespace Orchestrator;

/// <summary>Compares sets of providers by the names in them, in whatever order. No name is twice in a set.</summary>
internal sealed class NameSetComparer : IEqualityComparer<string[]>, IAlternateEqualityComparer<RegisteredProvider[], string[]>
{
    public bool Equals(string[]? x, string[]? y) => ReferenceEquals(x, y) || (x is not null && y is not null && Same(x, y, static n => n));

    public bool Equals(RegisteredProvider[] alternate, string[] other) => Same(other, alternate, static s => s.Info.Name);

    public int GetHashCode([DisallowNull] string[] obj) => HashOf(obj, static n => n);

    public int GetHashCode(RegisteredProvider[] alternate) => HashOf(alternate, static s => s.Info.Name);

    public string[] Create(RegisteredProvider[] alternate) => Array.ConvertAll(alternate, static s => s.Info.Name);

    private static int HashOf<T>(T[] set, Func<T, string> nameOf)
    {
        var hash = set.Length;
        foreach (var one in set)
            hash = unchecked(hash + nameOf(one).GetHashCode(StringComparison.Ordinal));
        return hash;
    }

    private static bool Same<T>(string[] names, T[] others, Func<T, string> nameOf)
    {
        if (names.Length != others.Length)
            return false;
        for (var i = 0; i < others.Length; i++)
        {
            // Nearly always in the same order.
            var name = nameOf(others[i]);
            if (names[i] != name && !names.Contains(name))
                return false;
        }

        return true;
    }
}
