namespace Orchestrator;

/// <summary>Which names of a model mean the same tariff. Only rules the vendor states: a guess here would be wrong money.</summary>
internal static class ModelNames
{
    private static readonly Dictionary<string, string> GigaChatAliases = new(StringComparer.OrdinalIgnoreCase)
    {
        // The names of the first generation are served by the second one. GigaChat-Plus is not: it has no tariff.
        ["GigaChat"] = "GigaChat-2",
        ["GigaChat-Pro"] = "GigaChat-2-Pro",
        ["GigaChat-Max"] = "GigaChat-2-Max",
        ["GigaChat-2-Lite"] = "GigaChat-2",
    };

    private static readonly Dictionary<string, string> YandexAliases = new(StringComparer.OrdinalIgnoreCase)
    {
        // What a branch means moves with time; these are as of 29 September 2026. A lite release candidate has no published tariff.
        ["yandexgpt"] = "yandexgpt-5-pro",
        ["yandexgpt/rc"] = "yandexgpt-5.1",
        ["yandexgpt-lite"] = "yandexgpt-5-lite",
    };

    /// <summary>The name without the branch or tag the vendor adds by itself, so that both spellings are one row.</summary>
    public static string WithoutLatest(string vendor, string model) =>
        Same(vendor, DefaultPrices.Yandex) ? WithoutEnd(model, "/latest")
        : Same(vendor, DefaultPrices.Ollama) ? WithoutEnd(model, ":latest")
        : model;

    /// <summary>The names to look up, most specific first. A name may come twice.</summary>
    public static IEnumerable<string> Candidates(string vendor, string model)
    {
        yield return model;
        if (Same(vendor, DefaultPrices.GigaChat))
        {
            var released = model.Split(':', 2)[0];
            yield return released;
            var name = WithoutEnd(released, "-preview");
            yield return name;
            if (GigaChatAliases.TryGetValue(name, out var today))
                yield return today;
        }
        else if (Same(vendor, DefaultPrices.Yandex))
        {
            var name = WithoutLatest(vendor, WithoutFolder(model));
            yield return name;
            if (YandexAliases.TryGetValue(name, out var today))
                yield return today;
        }
    }

    // gpt://folder/model/branch. A tuned model (…@suffix) and other schemes (ds://) keep their whole name: whether
    // they cost the same is not published.
    private static string WithoutFolder(string model)
    {
        const string scheme = "gpt://";
        if (!model.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return model;
        var slash = model.IndexOf('/', scheme.Length);
        return slash < 0 ? model : model[(slash + 1)..];
    }

    private static string WithoutEnd(string name, string end) =>
        name.EndsWith(end, StringComparison.OrdinalIgnoreCase) ? name[..^end.Length] : name;

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
