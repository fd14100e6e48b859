namespace Orchestrator;

/// <summary>Finds the known name that is most similar to an unknown one.</summary>
internal static class NearestName
{
    /// <summary>" Did you mean X?", or nothing when no name is near.</summary>
    public static string Hint(string typed, IEnumerable<string> names)
    {
        var plain = Plain(typed);
        var nearest = names.Select(name => (Name: name, Distance: Distance(plain, Plain(name)))).DefaultIfEmpty().MinBy(n => n.Distance);

        // A third of the letters may differ; with more the suggestion would be arbitrary.
        return nearest.Name is not null && nearest.Distance <= Math.Max(1, Math.Max(plain.Length, nearest.Name.Length) / 3)
            ? $" Did you mean {nearest.Name}?"
            : "";
    }

    /// <summary>A name without case, '-' and '_', which do not count.</summary>
    public static string Plain(string name) => string.Concat(name.Where(c => c is not ('-' or '_'))).ToUpperInvariant();

    /// <summary>The edit distance: how many letters must be inserted, removed or replaced to turn one word into the other.</summary>
    private static int Distance(string a, string b)
    {
        // A much longer word is never near; this also bounds the work on a long text.
        if (Math.Abs(a.Length - b.Length) > b.Length)
            return int.MaxValue;

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
