namespace Orchestrator;

/// <summary>Versions of OpenTelemetry's conventions for generative AI, which rename.</summary>
[Flags]
public enum GenAiConventions
{
    /// <summary>v1.41 of the OpenTelemetry semantic conventions, which most dashboards read.</summary>
    Version141 = 1,

    /// <summary>v0.1.0 of <c>semantic-conventions-genai</c>, the first release of their own.</summary>
    GenAi010 = 2,

    /// <summary>The names of both.</summary>
    Both = Version141 | GenAi010,
}
