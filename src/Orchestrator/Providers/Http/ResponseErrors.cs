using System.Net.Http.Headers;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Makes the errors about a response: kind, status, codes, a short excerpt, never a secret.</summary>
internal sealed class ResponseErrors(VendorApi api, HttpRequestHeaders defaults, TimeProvider time)
{
    private ProviderInfo Info => api.Info;

    /// <summary>Whether an exception says that JSON could not be read.</summary>
    public static bool IsMalformed(Exception error) =>
        error is JsonException or InvalidOperationException or FormatException or ArgumentException;

    public LlmException Of(
        HttpResponseMessage response, LlmErrorKind kind, ServerError serverError, string what, LlmRequest? request = null) =>
        new(kind, $"{Info.Name} ({Info.Model}) {what}")
        {
            ProviderName = Info.Name,
            Model = Info.Model,
            StatusCode = (int)response.StatusCode,
            ProviderCode = serverError.Name is { } code ? Shown(code, request, response) : null,
            RequestId = ShownRequestId(response, request),
            RetryAfter = RetryAfter.From(response.Headers, time.GetUtcNow())
                ?? serverError.WaitAfter((int)response.StatusCode, kind) ?? api.WaitAfter(kind, serverError),
        };

    /// <summary>The response does not follow the protocol.</summary>
    public LlmException Malformed(HttpResponseMessage response, string what, LlmRequest? request = null) =>
        Of(response, LlmErrorKind.MalformedResponse, ServerError.None, what, request);

    /// <summary>The response is not valid JSON.</summary>
    public LlmException Malformed(HttpResponseMessage response, Exception error, string where, LlmRequest? request)
    {
        var position = error is JsonException { BytePositionInLine: { } at } ? $" at byte {at}" : "";
        var encoding = response.Content.Headers.ContentEncoding.Count > 0
            ? " It is compressed in a way the HTTP client does not undo."
            : "";
        return Malformed(response, $"sent {where} that cannot be read as JSON{position}.{encoding}", request);
    }

    /// <summary>Adds status and request id of the response to an error that was thrown where they are not known.</summary>
    public LlmException Seen(LlmException error, HttpResponseMessage response, LlmRequest? request = null)
    {
        if (error.GetType() != typeof(LlmException))
            return error;
        var seen = error.Copy(error.InnerException);
        seen.FillIn(Info);
        seen.FillIn((int)response.StatusCode, seen.RequestId ?? ShownRequestId(response, request));
        return seen;
    }

    /// <summary>The stream ended without a completion mark.</summary>
    /// <param name="count">The number of events that had arrived.</param>
    /// <param name="response">The response.</param>
    /// <param name="request">The request.</param>
    public LlmException Interrupted(int count, HttpResponseMessage response, LlmRequest? request) => new(
        count == 0 ? LlmErrorKind.MalformedResponse : LlmErrorKind.StreamInterrupted,
        count == 0
            ? $"{Info.Name} ({Info.Model}) answered HTTP 200 with a stream that holds no event. Check the base address."
            : $"{Info.Name} ({Info.Model}) ended its stream after {count} events without a completion mark, so the answer is cut.")
    {
        ProviderName = Info.Name,
        Model = Info.Model,
        StatusCode = 200,
        RequestId = ShownRequestId(response, request),
    };

    public void RefuseEmptyOrHtml(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty)
            throw Malformed(response, "answered HTTP 200 with an empty body. Check the base address.");
        RefuseHtml(response);
    }

    public void RefuseHtml(HttpResponseMessage response)
    {
        if (MediaTypes.IsHtml(response))
        {
            throw Malformed(
                response, "answered HTTP 200 with an HTML page. Check the base address, and whether a proxy answers in its place.");
        }
    }

    /// <summary>A server's text as a message may show it: one harmless line that repeats neither the request nor the
    /// credentials.</summary>
    public string Shown(string? words, LlmRequest? request, HttpResponseMessage? response)
    {
        var secrets = api.Secrets()
            .Concat(SentHeaders.Of(response?.RequestMessage?.Headers))
            .Concat(SentHeaders.Of(defaults));
        return ServerError.Excerpt(PromptEcho.Cut(words, request, secrets));
    }

    private string? ShownRequestId(HttpResponseMessage response, LlmRequest? request) =>
        api.RequestIdOf(response) is { } id && IsId(id) && Shown(id, request, response) is { Length: > 0 } shown ? shown : null;

    // Only the characters that ids have: no sentence and no escapes.
    private static bool IsId(string id) =>
        id.Length <= HttpCaps.Excerpt && id.All(c => char.IsAsciiLetterOrDigit(c) || "-_.:/+=@#~|, ".Contains(c));
}
