using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Header values that never change, parsed once.</summary>
internal static class MediaTypes
{
    // Sent as text, so that they are not parsed for each request.
    public const string JsonText = "application/json";
    public const string EventStreamText = "text/event-stream";
    public const string UserAgentText = "MultiLlmOrchestrator/0.2";

    public static MediaTypeWithQualityHeaderValue Json { get; } = new("application/json");

    public static MediaTypeWithQualityHeaderValue EventStream { get; } = new("text/event-stream");

    public static MediaTypeHeaderValue JsonUtf8 { get; } = new("application/json");

    /// <summary>Some hosts refuse a request without a User-Agent, and .NET sends none by default.</summary>
    public static ProductInfoHeaderValue UserAgent { get; } = new("MultiLlmOrchestrator", "0.2");

    public static bool IsEventStream(HttpResponseMessage response) => Is(response, EventStreamText);

    public static bool IsJson(HttpResponseMessage response) => Is(response, JsonText) || Is(response, "text/json");

    public static bool IsHtml(HttpResponseMessage response) => Is(response, "text/html");

    /// <summary>The type without its parameters. For the usual types this is one shared string.</summary>
    public static ReadOnlySpan<char> Of(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values))
            return default;
        var type = values.ToString().AsSpan();
        return (type.IndexOfAny(';', ',') is >= 0 and var end ? type[..end] : type).Trim();
    }

    private static bool Is(HttpResponseMessage response, string type) => Of(response).Equals(type, StringComparison.OrdinalIgnoreCase);
}
