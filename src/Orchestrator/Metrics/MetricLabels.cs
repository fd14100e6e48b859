namespace Orchestrator;

/// <summary>The values of labels, in the order of the enumerations they stand for.</summary>
internal static class MetricLabels
{
    public static string[] Outcomes { get; } = ["success", "failure", "cancelled", "abandoned"];

    public static string[] Changes { get; } = ["available", "at_capacity", "ejected", "trial", "excluded"];

    public static string[] Kinds { get; } = Enum.GetNames<LlmErrorKind>();
}
