using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Header values that never change, parsed once.</summary>
internal static class MediaTypes
{
    public static MediaTypeWithQualityHeaderValue Json { get; } = new("application/json");

    public static MediaTypeWithQualityHeaderValue EventStream { get; } = new("text/event-stream");

    public static MediaTypeHeaderValue JsonUtf8 { get; } = new("application/json");

    /// <summary>Some hosts refuse a request without one, and .NET sends none by default.</summary>
    public static ProductInfoHeaderValue UserAgent { get; } = new("MultiLlmOrchestrator", "0.8");
}
