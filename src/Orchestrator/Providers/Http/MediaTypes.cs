using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>Header values that never change, parsed once.</summary>
internal static class MediaTypes
{
    // As text they go out as they are, without a parsed form for each request.
    public const string JsonText = "application/json";
    public const string EventStreamText = "text/event-stream";
    public const string UserAgentText = "MultiLlmOrchestrator/0.2";

    public static MediaTypeWithQualityHeaderValue Json { get; } = new("application/json");

    public static MediaTypeWithQualityHeaderValue EventStream { get; } = new("text/event-stream");

    public static MediaTypeHeaderValue JsonUtf8 { get; } = new("application/json");

    /// <summary>Some hosts refuse a request without one, and .NET sends none by default.</summary>
    public static ProductInfoHeaderValue UserAgent { get; } = new("MultiLlmOrchestrator", "0.2");

    public static bool IsEventStream(HttpResponseMessage response) => Is(response, EventStreamText);

    public static bool IsJson(HttpResponseMessage response) => Is(response, JsonText) || Is(response, "text/json");

    public static bool IsHtml(HttpResponseMessage response) => Is(response, "text/html");

    /// <summary>The type without its parameters, as the server sent it, which for the usual ones is one string for all answers.</summary>
    public static ReadOnlySpan<char> Of(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values))
            return default;
        var type = values.ToString().AsSpan();
        return (type.IndexOfAny(';', ',') is >= 0 and var end ? type[..end] : type).Trim();
    }

    private static bool Is(HttpResponseMessage response, string type) => Of(response).Equals(type, StringComparison.OrdinalIgnoreCase);
}
