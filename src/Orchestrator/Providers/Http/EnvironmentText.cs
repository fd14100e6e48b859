namespace Orchestrator.Providers;

/// <summary>Values of environment variables; an empty one counts as not set, as shells and containers can hardly unset one.</summary>
internal static class EnvironmentText
{
    public static string? Of(Func<string, string?> environment, string variable) =>
        environment(variable)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>What an argument's exception says, without the name of the parameter at its end.</summary>
    public static string Plain(this ArgumentException error) =>
        error.Message.Replace($" (Parameter '{error.ParamName}')", "", StringComparison.Ordinal);
}
