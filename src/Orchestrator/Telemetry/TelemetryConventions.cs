namespace Orchestrator;

/// <summary>Which names of the conventions a router uses.</summary>
internal static class TelemetryConventions
{
    private const string Variable = "OTEL_SEMCONV_STABILITY_OPT_IN";
    private const string Latest = "gen_ai_latest_experimental";

    public static GenAiConventions Of(TelemetryOptions options, Func<string, string?> environment)
    {
        if (options.Conventions is { } chosen)
            return chosen;
        var asked = (environment(Variable) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return asked.Contains(Latest + "/dup", StringComparer.OrdinalIgnoreCase) ? GenAiConventions.Both
            : asked.Contains(Latest, StringComparer.OrdinalIgnoreCase) ? GenAiConventions.GenAi010
            : GenAiConventions.Version141;
    }
}
