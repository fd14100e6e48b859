using System.Globalization;

namespace Orchestrator;

/// <summary>Which names of a model mean the same tariff. Only rules the vendor states: a guess here would be wrong money.</summary>
internal static class ModelNames
{
    private const string GooglePath = "models/";

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

    // What clients of Microsoft.Extensions.AI and the conventions of OpenTelemetry call vendors that the price table has under another key.
    private static readonly Dictionary<string, string> VendorAliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["gemini"] = UsdPrices.Google,
        ["gcp.gemini"] = UsdPrices.Google,
        ["google_genai"] = UsdPrices.Google,
        ["mistral_ai"] = UsdPrices.Mistral,
        ["mistralai"] = UsdPrices.Mistral,
        ["x_ai"] = UsdPrices.XAi,
        ["x-ai"] = UsdPrices.XAi,
    };

    /// <summary>The key of a vendor in the built-in tables; the same object when it has no other.</summary>
    public static string VendorOf(string vendor) => VendorAliases.GetValueOrDefault(vendor, vendor);

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
        else if (Same(vendor, UsdPrices.OpenAi))
        {
            // A snapshot costs what its model costs; those that do not have a row of their own.
            yield return WithoutDate(model, "yyyy-MM-dd");
        }
        else if (Same(vendor, UsdPrices.Anthropic))
        {
            yield return WithoutDate(model, "yyyyMMdd");
            yield return WithoutEnd(model, "-latest");
        }
        else if (Same(vendor, UsdPrices.XAi))
        {
            yield return WithoutEnd(model, "-latest");
        }
        else if (Same(vendor, UsdPrices.Google))
        {
            yield return model.StartsWith(GooglePath, StringComparison.OrdinalIgnoreCase) ? model[GooglePath.Length..] : model;
        }
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
