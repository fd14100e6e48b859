using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Orchestrator.DependencyInjection;

/// <summary>Reads one level of a configuration section, and collects what is wrong instead of throwing at the first problem.</summary>
/// <param name="configuration">The level.</param>
/// <param name="problems">What is wrong so far.</param>
/// <param name="environment">The environment variables.</param>
/// <param name="path">The key as messages show it; null for the level's own.</param>
/// <remarks>
/// Written by hand, because the generated binder stops at the first bad value, does not name its place in the section, and ignores unknown
/// keys. A key is known once it has been read, so the list of keys always matches the code that reads them.
/// </remarks>
internal sealed class SettingsReader(
    IConfiguration configuration, List<string> problems, Func<string, string?> environment, string? path = null)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    internal delegate bool Parser<T>(string text, out T value);

    /// <summary>The full key of this level; empty at the root.</summary>
    public string Path { get; } = path ?? (configuration as IConfigurationSection)?.Path ?? "";

    /// <summary>The value of an environment variable, for keys that may come from there.</summary>
    public Func<string, string?> Environment { get; } = environment;

    public int ProblemCount => problems.Count;

    public string PathOf(string key) => Path.Length == 0 ? key : ConfigurationPath.Combine(Path, key);

    public void Problem(string message) => problems.Add(message);

    /// <summary>Reports that a key has a wrong value, or none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">What would be right.</param>
    /// <param name="hint">What to do, in a sentence after a blank.</param>
    /// <param name="known">The words that may stand there: a value that is close to one is shown.</param>
    /// <param name="isNumber">Whether a number, a time or a day may stand there: a short one is shown.</param>
    public void Refuse(string key, string expected, string hint = "", IEnumerable<string>? known = null, bool isNumber = false) =>
        problems.Add(configuration[key] is { } text
        ? $"{PathOf(key)} must be {expected}, but was {ShownValue.Of(PathOf(key), text, known ?? [], isNumber)}.{hint}"
        : $"{PathOf(key)} is missing; it must be {expected}.{hint}");

    /// <summary>The raw value; null when there is none.</summary>
    public string? Text(string key)
    {
        if (!HasKeysBelow(key))
            return configuration[key];
        problems.Add($"{PathOf(key)} must be a single value, but has keys below it.");
        return null;
    }

    public string? OptionalText(string key) => Text(key) is null ? null : RequiredText(key);

    public string? RequiredText(string key, string expected = "a text that is not empty")
    {
        var text = Text(key);
        if (!string.IsNullOrWhiteSpace(text))
            return text.Trim();
        if (!HasKeysBelow(key))
            Refuse(key, expected);
        return null;
    }

    public T? Value<T>(string key, string expected, Parser<T> parse, Func<string, string>? hint = null, IReadOnlyList<string>? known = null)
        where T : struct
    {
        if (Text(key) is not { } text)
            return null;
        if (parse(text.Trim(), out var value))
            return value;
        Refuse(
            key,
            expected,
            hint?.Invoke(text) ?? (known is null ? "" : NearestName.Hint(text, known)),
            known,
            isNumber: typeof(T) != typeof(bool) && !typeof(T).IsEnum);
        return null;
    }

    /// <summary>The level below a key; null when there is none.</summary>
    public SettingsReader? Section(string key)
    {
        if (HasKeysBelow(key))
            return new SettingsReader(configuration.GetSection(key), problems, Environment);
        if (!string.IsNullOrEmpty(configuration[key]))
            Refuse(key, "a section with keys below it");
        return null;
    }

    /// <summary>The sections of a list.</summary>
    public IEnumerable<SettingsReader> Sections(string key)
    {
        foreach (var item in Items(key))
        {
            if (item.GetChildren().Any())
                yield return new SettingsReader(item, problems, Environment);
            else
                problems.Add($"{item.Path} must be a section with keys below it, but was {ShownValue.Of(item.Path, item.Value, [])}.");
        }
    }

    /// <summary>The sections below a key whose names are the user's own.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isShown">Whether messages may show a name.</param>
    public IEnumerable<(string Name, SettingsReader Section)> NamedSections(string key, Func<string, bool> isShown)
    {
        if (!HasKeysBelow(key))
        {
            if (!string.IsNullOrEmpty(configuration[key]))
                Refuse(key, "a section with keys below it");
            yield break;
        }

        foreach (var item in configuration.GetSection(key).GetChildren())
        {
            if (item.GetChildren().Any())
            {
                var shown = PathOf(ConfigurationPath.Combine(key, isShown(item.Key) ? item.Key : "(a name that is not shown)"));
                yield return (item.Key, new SettingsReader(item, problems, Environment, shown));
            }
            else
                problems.Add($"{PathOf(key)} has an entry that must be a section with keys below it, but is a single value.");
        }
    }

    /// <summary>The texts of a list.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        var texts = new List<string>();
        foreach (var item in Items(key))
        {
            if (string.IsNullOrWhiteSpace(item.Value))
                problems.Add($"{item.Path} must be a text that is not empty.");
            else
                texts.Add(item.Value.Trim());
        }

        return texts;
    }

    /// <summary>The names and texts of a section whose keys are the user's own.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Pairs(string key)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (!HasKeysBelow(key))
        {
            if (!string.IsNullOrEmpty(configuration[key]))
                Refuse(key, "a section with keys below it");
            return pairs;
        }

        foreach (var item in configuration.GetSection(key).GetChildren())
        {
            // The user chose the name, and it may be the secret that belongs into the value.
            if (string.IsNullOrWhiteSpace(item.Value))
                problems.Add($"{PathOf(key)} has an entry without a value; each must have a text that is not empty.");
            else
                pairs.Add(KeyValuePair.Create(item.Key, item.Value.Trim()));
        }

        return pairs;
    }

    /// <summary>The names of a section whose keys are the user's own, and new names for them; null for none.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Names(string key) => Section(key) is null
        ? []
        : configuration.GetSection(key).GetChildren()
            .Select(item => KeyValuePair.Create(item.Key, string.IsNullOrWhiteSpace(item.Value) ? null : item.Value.Trim()));

    /// <summary>A section as JSON; null when there is none.</summary>
    public JsonNode? Json(string key) => Section(key) is null ? null : SettingsJson.Of(configuration.GetSection(key));

    /// <summary>Reports the keys of this level that were not read. Call it last.</summary>
    public void RefuseUnknownKeys()
    {
        foreach (var unknown in configuration.GetChildren().Where(child => !_known.Contains(child.Key)))
        {
            if (RenamedKeys.NewNameOf(unknown.Key) is { } name && _known.Contains(name))
            {
                problems.Add($"{PathOf(unknown.Key)} is not a known key. Did you mean {name}? It was renamed in 0.2.0.");
                continue;
            }

            var what = ShownValue.IsNear(unknown.Key, _known)
                ? $"{PathOf(unknown.Key)} is not a known key."
                : $"{Path} has a key of {unknown.Key.Length} characters that is not known (not shown: it may be a secret).";
            problems.Add(
                $"{what}{NearestName.Hint(unknown.Key, _known)} Known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
        }
    }

    private bool HasKeysBelow(string key)
    {
        _known.Add(key);
        return configuration.GetSection(key).GetChildren().Any();
    }

    private List<IConfigurationSection> Items(string key)
    {
        if (!HasKeysBelow(key))
        {
            if (!string.IsNullOrEmpty(configuration[key]))
                Refuse(key, "a list");
            return [];
        }

        var items = configuration.GetSection(key).GetChildren().ToList();
        if (items.TrueForAll(item => int.TryParse(item.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            return items;
        problems.Add($"{PathOf(key)} must be a list, with the keys 0, 1, 2 and so on, but has another key.");
        return [];
    }
}
