using System.Globalization;

namespace Orchestrator.Lab;

/// <summary>What the command line says, and the environment where it says nothing.</summary>
internal sealed record LabOptions
{
    public const string UrlVariable = "ORCHESTRATOR_LAB_URL";

    /// <summary>The server's address without <c>/v1</c>; null when none was named.</summary>
    public Uri? Url { get; init; }

    /// <summary>What the model recites to any prompt; null when answers cannot be known.</summary>
    public string? Expected { get; init; }

    /// <summary>The tokens of a whole answer of the reciting model.</summary>
    public int CompletionTokens { get; init; } = 49;

    public int Calls { get; init; } = 1000;

    public int Concurrency { get; init; } = 8;

    /// <summary>The model to ask; null for the first of the server's list.</summary>
    public string? Model { get; init; }

    /// <summary>The running server's process, which may be killed.</summary>
    public int? Pid { get; init; }

    /// <summary>The command of a shell that starts the server, as this program's child and not in the background.</summary>
    public string? Start { get; init; }

    public static LabOptions Read(string[] args)
    {
        string[] known = ["--url", "--expected", "--completion-tokens", "--calls", "--concurrency", "--model", "--pid", "--start"];
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!known.Contains(args[i]) || i + 1 == args.Length)
                throw new LabException($"'{args[i]}' is no option with a value; there are {string.Join(", ", known)}.");
        }

        string? Text(string name, string? variable = null)
        {
            var at = Array.IndexOf(args, name);
            var text = at >= 0 ? args[at + 1] : variable is null ? null : Environment.GetEnvironmentVariable(variable);
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }

        int? Number(string name) => Text(name) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
            : throw new LabException($"{name} takes a whole number above zero, not '{text}'.");

        var defaults = new LabOptions();
        return new LabOptions
        {
            Url = AddressOf(Text("--url", UrlVariable)),
            Expected = Text("--expected", "ORCHESTRATOR_LAB_EXPECTED") is { } file ? TextOf(file) : null,
            CompletionTokens = Number("--completion-tokens") ?? defaults.CompletionTokens,
            Calls = Number("--calls") ?? defaults.Calls,
            Concurrency = Number("--concurrency") ?? defaults.Concurrency,
            Model = Text("--model"),
            Pid = Number("--pid"),
            Start = Text("--start", "ORCHESTRATOR_LAB_START"),
        };
    }

    private static Uri? AddressOf(string? text)
    {
        if (text is null)
            return null;
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new LabException("The server's address has to be one such as http://127.0.0.1:8080, without /v1.");
    }

    private static string TextOf(string file) => File.Exists(file)
        ? File.ReadAllText(file)
        : throw new LabException($"There is no file '{file}' with the expected text.");
}
