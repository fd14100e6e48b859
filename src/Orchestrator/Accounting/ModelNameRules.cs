using System.Globalization;

namespace Orchestrator;

/// <summary>Which names of a vendor's models mean the same tariff. Only rules the vendor states: a guess here would be wrong
/// money.</summary>
internal sealed record ModelNameRules
{
    /// <summary>Every name is a model of its own.</summary>
    public static ModelNameRules None { get; } = new();

    /// <summary>How an address begins whose first part is no part of the name, such as <c>gpt://</c>.</summary>
    public string? Scheme { get; init; }

    /// <summary>The branch or tag that a name without one means, such as <c>:latest</c>.</summary>
    public string? Default { get; init; }

    /// <summary>A path that may stand before the name.</summary>
    public string? Begins { get; init; }

    /// <summary>What stands before a version.</summary>
    public char? Version { get; init; }

    /// <summary>The date of a snapshot, after a hyphen. A snapshot costs what its model costs; those that do not have a row of their
    /// own.</summary>
    public string? Date { get; init; }

    /// <summary>Ends that do not change the price.</summary>
    public IReadOnlyList<string> Ends { get; init; } = [];

    /// <summary>Older names, and the models that serve them today.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; init; } = new Dictionary<string, string>();

    /// <summary>The name without the branch or tag the vendor adds by itself, so that both spellings are one row.</summary>
    public string WithoutDefault(string model) => Default is null ? model : WithoutEnd(model, Default);

    /// <summary>The names to look up, most specific first. A name may come twice.</summary>
    public IEnumerable<string> Candidates(string model)
    {
        yield return model;
        if (ReferenceEquals(this, None))
            yield break;
        var name = Begins is { } path && model.StartsWith(path, StringComparison.OrdinalIgnoreCase) ? model[path.Length..] : model;
        name = WithoutDefault(WithoutFolder(name));
        yield return name;
        if (Version is { } mark)
            yield return name = name.Split(mark, 2)[0];
        if (Date is { } format)
            yield return WithoutDate(name, format);
        foreach (var end in Ends)
            yield return name = WithoutEnd(name, end);
        if (Aliases.TryGetValue(name, out var today))
            yield return today;
    }

    /// <summary>The name of a model without the day at its end.</summary>
    private static string WithoutDate(string model, string format)
    {
        var at = model.Length - format.Length - 1;
        return at > 0
            && model[at] == '-'
            && DateOnly.TryParseExact(model.AsSpan(at + 1), format, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? model[..at]
            : model;
    }

    // gpt://folder/model/branch. A tuned model (…@suffix) and other schemes (ds://) keep their whole name: whether they cost the same is
    // not published.
    private string WithoutFolder(string model)
    {
        if (Scheme is null || !model.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return model;
        var slash = model.IndexOf('/', Scheme.Length);
        return slash < 0 ? model : model[(slash + 1)..];
    }

    private static string WithoutEnd(string name, string end) =>
        name.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? name[..^end.Length] : name;
}
