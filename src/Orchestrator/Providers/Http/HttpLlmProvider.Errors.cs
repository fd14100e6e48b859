using System.Net;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

// What went wrong, in the words of an error: kind, status, codes, a short excerpt, never a secret.
public abstract partial class HttpLlmProvider
{
    internal const string CertificateWanted = "a gateway wants a certificate of the client. Hand in an HTTP client whose handler has one";

    private async Task<LlmException> ErrorOfAsync(HttpResponseMessage response, Uri target, LlmRequest? request, CancellationToken cancellationToken)
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
        LlmErrorKind? page = null;
        using (var body = await ReadErrorBodyAsync(response, cancellationToken).ConfigureAwait(false))
        {
            said = ServerError.Read(body.Span);
            text = said.Message ?? (IsHtml(response) ? "" : ServerError.Words(body.Span));
            // Vendors answer in JSON: a page is a gateway's, and says nothing of what another provider makes of the request.
            if (status == 400 && IsHtml(response))
                (page, text) = WantsCertificate(body.Span) ? (LlmErrorKind.Authentication, CertificateWanted) : WantsTls(body.Span) ? (LlmErrorKind.MalformedResponse, $"an HTML page: {ConnectionWords.TlsIsWanted}. Use https in the base address") : (LlmErrorKind.MalformedResponse, "an HTML page. Check the base address, and whether a proxy answers in its place");
        }

        // By the words as they came; what is shown of them has lost those that repeat the request.
        var kind = KindOf(status, said) ?? page ?? StatusKinds.FromStatus(status);
        var excerpt = Shown(text, request, response);
        var hint = Hint(kind, status, said);
        // Advice may hold some of the words.
        if (hint.Length > 0)
            hint = Hint(kind, status, said.Shown(words => Shown(words, request, response)));
        return Error(response, kind, said, $"answered HTTP {status}{(excerpt.Length > 0 ? $": {excerpt}" : " without a readable error")}{hint}", request);
    }

    // nginx's words for a certificate of the client that is missing, and for one it does not accept.
    private static bool WantsCertificate(ReadOnlySpan<byte> page) =>
        page.IndexOf("No required SSL certificate was sent"u8) >= 0 || page.IndexOf("The SSL certificate error"u8) >= 0;

    private LlmException Error(HttpResponseMessage response, LlmErrorKind kind, ServerError said, string what, LlmRequest? request = null) =>
        new(kind, $"{Info.Name} ({Info.Model}) {what}")
        {
            ProviderName = Info.Name,
            Model = Info.Model,
            StatusCode = (int)response.StatusCode,
            ProviderCode = said.Name is { } code ? Shown(code, request, response) : null,
            RequestId = ShownRequestId(response, request),
            RetryAfter = RetryAfter.From(response.Headers, _time.GetUtcNow()) ?? WaitAfter(kind, said),
        };

    /// <summary>An error together with what the head of the response said, which whoever noticed the error did not know.</summary>
    private LlmException Seen(LlmException error, HttpResponseMessage response, LlmRequest? request = null) => error.GetType() != typeof(LlmException) ? error : new(error.Kind, error.Message, error.InnerException)
    {
        ProviderName = error.ProviderName ?? Info.Name,
        Model = error.Model ?? Info.Model,
        StatusCode = error.StatusCode ?? (int)response.StatusCode,
        ProviderCode = error.ProviderCode,
        RequestId = error.RequestId ?? ShownRequestId(response, request),
        RetryAfter = error.RetryAfter,
        PartialText = error.PartialText,
    };

    /// <summary>How long to wait when no header says so but the error's words do; null for nothing known.</summary>
    private protected virtual TimeSpan? WaitAfter(LlmErrorKind kind, ServerError said) => null;

    /// <summary>The vendor's id of the request; null when it gives none.</summary>
    private protected virtual string? RequestIdOf(HttpResponseMessage response) => HeaderOf(response, RequestIdHeader);

    private protected static string? HeaderOf(HttpResponseMessage response, string header) =>
        response.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : null;

    private string? ShownRequestId(HttpResponseMessage response, LlmRequest? request = null) =>
        RequestIdOf(response) is { } id && IsId(id) && Shown(id, request, response) is { Length: > 0 } shown ? shown : null;

    // An id is no sentence and needs no escapes.
    private static bool IsId(string id) => id.Length <= HttpCaps.Excerpt && id.All(c => char.IsAsciiLetterOrDigit(c) || "-_.:/+=@#~|, ".Contains(c));

    /// <summary>A server's words as a message may show them: one harmless line that repeats neither the request nor what was sent along.</summary>
    private string Shown(string? words, LlmRequest? request, HttpResponseMessage? response) =>
        ServerError.Excerpt(PromptEcho.Cut(words, request, Secrets().Concat(SentHeaders.Of(response?.RequestMessage?.Headers)).Concat(SentHeaders.Of(_client.DefaultRequestHeaders))));

    private ChatResponseUpdate? TryFinish(AnswerReader reader, HttpResponseMessage response, int count, ref Exception? broken)
    {
        try
        {
            if (reader.IsComplete)
                return reader.Finish();
            broken = Interrupted(count, response, reader.Request);
        }
        catch (LlmException error)
        {
            broken = Seen(error, response, reader.Request);
        }

        return null;
    }

    /// <summary>The last usage of a stream that broke off. A count of no answer is no count of what came: that half is left to the tokenizer.</summary>
    private static ChatResponseUpdate? UsageSoFar(AnswerReader reader) => reader.UntoldUsage is not { } usage ? null : new ChatResponseUpdate
    {
        Role = ChatRole.Assistant,
        Contents =
        [
            new UsageContent(usage.OutputTokenCount is > 0 ? usage : new UsageDetails
            {
                InputTokenCount = usage.InputTokenCount,
                CachedInputTokenCount = usage.CachedInputTokenCount,
                AdditionalCounts = usage.AdditionalCounts,
            }),
        ],
    };

    private LlmException Interrupted(int count, HttpResponseMessage response, LlmRequest? request) => new(
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

    private static bool IsJson(HttpResponseMessage response) => MediaTypeOf(response) is var type
        && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Equals("text/json", StringComparison.OrdinalIgnoreCase));

    private static bool IsHtml(HttpResponseMessage response) => MediaTypeOf(response).Equals("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>As the server sent it, which for the usual ones is one string for all answers; nobody needs its parameters.</summary>
    private static ReadOnlySpan<char> MediaTypeOf(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values))
            return default;
        var type = values.ToString().AsSpan();
        return (type.IndexOfAny(';', ',') is >= 0 and var end ? type[..end] : type).Trim();
    }
}
