using System.Net;
using System.Text.Json;

namespace Orchestrator.Providers;

// What went wrong, in the words of an error: kind, status, codes, a short excerpt, never a secret.
public abstract partial class HttpLlmProvider
{
    private async Task<LlmException> ErrorOfAsync(HttpResponseMessage response, Uri target, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400 || !IsSame(target, response.RequestMessage?.RequestUri))
        {
            return Error(response, LlmErrorKind.MalformedResponse, ServerError.None, $"answered with a redirect (HTTP {status}), which is not followed because prompt and keys would go along. Set the base address to the final one.");
        }

        if (status is >= 200 and < 300)
            return Error(response, LlmErrorKind.MalformedResponse, ServerError.None, $"answered HTTP {status}, which is no chat answer. Check the base address.");
        ServerError said;
        string text;
        using (var body = await ReadErrorBodyAsync(response, cancellationToken).ConfigureAwait(false))
        {
            said = ServerError.Read(body.Span).Without(_redact);
            text = said.Message ?? (IsHtml(response) ? "" : Redact(System.Text.Encoding.UTF8.GetString(body.Span)));
        }

        var kind = KindOf(status, said) ?? StatusKinds.FromStatus(status);
        var excerpt = ServerError.Excerpt(text);
        return Error(response, kind, said, $"answered HTTP {status}{(excerpt.Length > 0 ? $": {excerpt}" : " without a readable error")}");
    }

    private LlmException Error(HttpResponseMessage response, LlmErrorKind kind, ServerError said, string what) =>
        new(kind, $"{Info.Name} ({Info.Model}) {what}")
        {
            ProviderName = Info.Name,
            Model = Info.Model,
            StatusCode = (int)response.StatusCode,
            ProviderCode = (said.Code ?? said.Type) is { } code ? ServerError.Excerpt(code) : null,
            RequestId = response.Headers.NonValidated.TryGetValues(RequestIdHeader, out var id) ? ServerError.Excerpt(Redact(id.ToString())) : null,
            RetryAfter = RetryAfter.From(response.Headers, _time.GetUtcNow()),
        };

    private LlmException Interrupted(int count) => new(
        count == 0 ? LlmErrorKind.MalformedResponse : LlmErrorKind.StreamInterrupted,
        count == 0
            ? $"{Info.Name} ({Info.Model}) answered HTTP 200 with a stream that holds no event. Check the base address."
            : $"{Info.Name} ({Info.Model}) ended its stream after {count} events without a completion mark, so the answer is cut.")
    {
        ProviderName = Info.Name,
        Model = Info.Model,
        StatusCode = 200,
    };

    private void RefuseReportedError(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty)
            throw Error(response, LlmErrorKind.MalformedResponse, ServerError.None, "answered HTTP 200 with an empty body. Check the base address.");
        RefuseHtml(response);
    }

    private void RefuseHtml(HttpResponseMessage response)
    {
        if (IsHtml(response))
            throw Error(response, LlmErrorKind.MalformedResponse, ServerError.None, "answered HTTP 200 with an HTML page. Check the base address, and whether a proxy answers in its place.");
    }

    private static string Malformed(Exception error, string where, HttpResponseMessage response)
    {
        var position = error is JsonException { BytePositionInLine: { } at } ? $" at byte {at}" : "";
        var encoding = response.Content.Headers.ContentEncoding.Count > 0 ? " It is compressed in a way the HTTP client does not undo." : "";
        return $"sent {where} that cannot be read as JSON{position}.{encoding}";
    }

    private static bool IsJson(HttpResponseMessage response) => response.Content.Headers.ContentType?.MediaType is { } type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals("text/json", StringComparison.OrdinalIgnoreCase));

    private static bool IsHtml(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType?.Equals("text/html", StringComparison.OrdinalIgnoreCase) ?? false;
}
