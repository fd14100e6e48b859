namespace Orchestrator.Providers;

/// <summary>What is known of the models, and what settings may be.</summary>
internal static class GigaChatLimits
{
    private const int Window = 131_072;

    // The vendor's page of models, 17 July 2026: 128K for the second generation, which serves the names of the first one too.
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "GigaChat-2", "GigaChat-2-Lite", "GigaChat-2-Pro", "GigaChat-2-Max", "GigaChat", "GigaChat-Pro", "GigaChat-Max",
    };

    public static int? ContextWindowOf(string model) => Known.Contains(Name(model)) ? Window : null;

    /// <summary>The name without version and preview: <c>GigaChat-2-Max-preview:2.0.30</c> is <c>GigaChat-2-Max</c>.</summary>
    public static string Name(string model)
    {
        const string Preview = "-preview";
        var name = model.Split(':', 2)[0];
        return name.EndsWith(Preview, StringComparison.OrdinalIgnoreCase) ? name[..^Preview.Length] : name;
    }

    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public static void Check(GigaChatOptions options)
    {
        if (options.ContextWindow is <= 0)
        {
            throw new ArgumentException(
                $"GigaChatOptions.ContextWindow is {options.ContextWindow}; set it to a number of tokens above zero, or leave it out.",
                nameof(options));
        }

        if (options.MaxConcurrency is <= 0)
        {
            throw new ArgumentException(
                $"GigaChatOptions.MaxConcurrency is {options.MaxConcurrency}; set it to a number above zero, or leave it out.",
                nameof(options));
        }

        if (options.RepetitionPenalty is { } penalty && !(float.IsFinite(penalty) && penalty > 0))
            throw new ArgumentException("GigaChatOptions.RepetitionPenalty must be above zero; 1 is neutral.", nameof(options));
        if (options.UpdateInterval is { } interval && interval < TimeSpan.Zero)
        {
            throw new ArgumentException(
                "GigaChatOptions.UpdateInterval is below zero; set it to a time of zero or more, or leave it out.", nameof(options));
        }

        _ = options.Scope.Text();
    }
}
