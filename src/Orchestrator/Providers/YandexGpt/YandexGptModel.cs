namespace Orchestrator.Providers;

/// <summary>A model's URI, made of folder and name or given whole, and what is known about the model.</summary>
internal readonly record struct YandexGptModel(string Uri, string? Folder)
{
    private const string Gpt = "gpt://";
    private const string Tuned = "ds://";

    // Yandex's catalogue, August 2026. The other models of the catalogue are not served by the native API.
    private static readonly Dictionary<string, int> Windows = new(StringComparer.OrdinalIgnoreCase)
    {
        ["aliceai-llm"] = 131_072,
        ["yandexgpt-5.1"] = 32_768,
        ["yandexgpt-5-pro"] = 32_768,
        ["yandexgpt-5-lite"] = 32_768,
    };

    public static bool IsUri(string model) => model.Contains("://", StringComparison.Ordinal);

    /// <exception cref="ArgumentException">Model or folder cannot be what Yandex has.</exception>
    public static YandexGptModel Of(YandexGptOptions options)
    {
        var model = options.Model;
        if (string.IsNullOrWhiteSpace(model))
        {
            throw new ArgumentException(
                "YandexGptOptions.Model is empty; set it to a model, such as 'yandexgpt-5-lite', or to a whole gpt:// URI.",
                nameof(options));
        }

        if (model.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            throw new ArgumentException(
                "YandexGptOptions.Model holds white space; set it to a model, such as 'yandexgpt-5-lite', or to a whole gpt:// URI.",
                nameof(options));
        }

        var folder = string.IsNullOrWhiteSpace(options.FolderId) ? null : CheckedFolder(options.FolderId);
        if (model.StartsWith(Gpt, StringComparison.Ordinal))
            return new(model, folder ?? FolderIn(model));
        if (model.StartsWith(Tuned, StringComparison.Ordinal))
            return new(model, folder);
        if (IsUri(model))
        {
            throw new ArgumentException(
                "YandexGptOptions.Model is a URI that begins with neither gpt:// nor ds://; only those name models that write text.",
                nameof(options));
        }

        if (folder is null)
        {
            throw new ArgumentException(
                "YandexGptOptions.FolderId is empty; set it to the id of the folder, such as b1g…, or give the model as a whole gpt:// "
                    + "URI.",
                nameof(options));
        }

        return new($"{Gpt}{folder}/{model.TrimStart('/')}", folder);
    }

    public static int? WindowOf(string model)
    {
        foreach (var name in VendorFacts.Of(YandexGptApi.Vendor).Names.Candidates(model))
        {
            if (Windows.TryGetValue(name, out var window))
                return window;
        }

        return null;
    }

    private static string CheckedFolder(string folder)
    {
        HeaderValue.Checked(folder, nameof(YandexGptOptions.FolderId));
        return folder.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))
            ? throw new ArgumentException(
                "YandexGptOptions.FolderId must be the id of a folder, letters and digits such as b1g…, not its name or address.",
                nameof(folder))
            : folder;
    }

    private static string? FolderIn(string uri)
    {
        var end = uri.IndexOf('/', Gpt.Length);
        var folder = end < 0 ? "" : uri[Gpt.Length..end];
        return folder.Length > 0 && folder.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? folder : null;
    }
}
