namespace Orchestrator.PrometheusCheck;

/// <summary>Where Prometheus is: on the PATH, or in a folder of its own to try another version.</summary>
internal static class Programs
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("ORCHESTRATOR_PROMETHEUS");

    public static string Prometheus => In("prometheus");

    public static string Promtool => In("promtool");

    private static string In(string name)
    {
        if (string.IsNullOrEmpty(Folder))
            return name;
        var file = Path.Combine(Folder, name);
        return File.Exists(file) ? file : throw new CheckFailedException(
            $"ORCHESTRATOR_PROMETHEUS has to name the folder of prometheus and promtool; there is no '{file}'.");
    }
}
