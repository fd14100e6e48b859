using System.Diagnostics;

namespace Orchestrator.PrometheusCheck;

/// <summary>Prometheus' own linter.</summary>
internal static class Promtool
{
    /// <summary>Lints a page of metrics: not a word is allowed.</summary>
    public static async Task CheckMetricsAsync(string page)
    {
        var said = await RunAsync(page, "check", "metrics");
        if (said.Length > 0)
            throw new CheckFailedException($"promtool check metrics has findings:\n{said}");
    }

    public static Task CheckAsync(params string[] arguments) => RunAsync("", arguments);

    private static async Task<string> RunAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Programs.Promtool, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var said = await output + await error;
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? said
            : throw new CheckFailedException($"promtool {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
    }
}
