namespace Orchestrator.Providers;

/// <summary>Values of environment variables. An empty one counts as not set, because shells and containers can hardly unset a
/// variable.</summary>
internal static class EnvironmentText
{
    public static string? Of(Func<string, string?> environment, string variable) =>
        environment(variable)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>The message of an argument exception without the parameter's name at its end.</summary>
    public static string Plain(this ArgumentException error) =>
        error.Message.Replace($" (Parameter '{error.ParamName}')", "", StringComparison.Ordinal);
}
