using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Header values that never change, parsed once.</summary>
internal static class MediaTypes
{
    // As text they go out as they are, without a parsed form for each request.
    public const string JsonText = "application/json";
    public const string EventStreamText = "text/event-stream";
    public const string UserAgentText = "MultiLlmOrchestrator/0.8";

    public static MediaTypeWithQualityHeaderValue Json { get; } = new("application/json");

    public static MediaTypeWithQualityHeaderValue EventStream { get; } = new("text/event-stream");

    public static MediaTypeHeaderValue JsonUtf8 { get; } = new("application/json");

    /// <summary>Some hosts refuse a request without one, and .NET sends none by default.</summary>
    public static ProductInfoHeaderValue UserAgent { get; } = new("MultiLlmOrchestrator", "0.8");
}
