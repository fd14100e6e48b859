namespace Orchestrator.Providers;

/// <summary>Makes the error of a failed response from its status, its body (JSON or an HTML page), and the vendor's advice.</summary>
internal sealed class ErrorPage(VendorApi api, BodyReader bodies, ResponseErrors errors)
{
    public const string CertificateWanted =
        "a gateway wants a certificate of the client. Hand in an HTTP client whose handler has one";

    /// <summary>Whether the HTTP client followed no redirect.</summary>
    public static bool IsSame(Uri asked, Uri? answered) => answered is null || asked == answered;

    public async Task<LlmException> ReadAsync(
        HttpResponseMessage response, Uri target, LlmRequest? request, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400 || !IsSame(target, response.RequestMessage?.RequestUri))
        {
            return errors.Malformed(response, $"answered with a redirect (HTTP {status}), which is not followed because prompt and keys "
                + "would go along. Set the base address to the final one.");
        }

        if (status is >= 200 and < 300)
            return errors.Malformed(response, $"answered HTTP {status}, which is no chat answer. Check the base address.");
        ServerError serverError;
        string text;
        LlmErrorKind? page = null;
        using (var body = await bodies.ReadErrorAsync(response, cancellationToken).ConfigureAwait(false))
        {
            serverError = ServerError.Read(body.Span);
            var isHtml = MediaTypes.IsHtml(response);
            text = serverError.Message ?? (isHtml ? "" : ServerError.Words(body.Span));
            // No judgement of credentials, money or model, and it does not show how another provider would answer.
            if (!serverError.IsKnown && GatewayPage.Is(status, isHtml, body.Span))
                (page, text) = OfPage(status, isHtml || GatewayPage.IsMarkup(body.Span) ? null : text, body.Span);
        }

        // The kind is found in the original text; the shown text has lost the parts that repeat the request.
        var kind = page ?? api.KindOf(status, serverError) ?? StatusKinds.FromStatus(status);
        var excerpt = errors.Shown(text, request, response);
        var hint = Hint(kind, status, serverError);
        // Advice may quote the server.
        if (hint.Length > 0)
            hint = Hint(kind, status, serverError.Shown(words => errors.Shown(words, request, response)));
        var what = excerpt.Length > 0 ? $": {excerpt}" : " without a readable error";
        return errors.Of(response, kind, serverError, $"answered HTTP {status}{what}{hint}", request);
    }

    /// <param name="status">The status.</param>
    /// <param name="words">The words of a page of plain text; null for one of markup.</param>
    /// <param name="page">The page.</param>
    private static (LlmErrorKind Kind, string Text) OfPage(int status, string? words, ReadOnlySpan<byte> page) =>
        words is not null ? (LlmErrorKind.MalformedResponse, $"{words.Trim()} (no answer of the API: check what answers in its place)")
        : status == 400 && WantsCertificate(page) ? (LlmErrorKind.Authentication, CertificateWanted)
        : status == 400 && WantsTls(page) ?
            (LlmErrorKind.MalformedResponse, $"an HTML page: {ConnectionWords.TlsIsWanted}. Use https in the base address")
        : (LlmErrorKind.MalformedResponse, "an HTML page. Check the base address, and whether a proxy answers in its place");

    // nginx's texts for a missing client certificate and for one that it does not accept.
    private static bool WantsCertificate(ReadOnlySpan<byte> page) =>
        page.IndexOf("No required SSL certificate was sent"u8) >= 0 || page.IndexOf("The SSL certificate error"u8) >= 0;

    // nginx's text for a request without TLS; other servers answer it in plain text.
    private static bool WantsTls(ReadOnlySpan<byte> page) => page.IndexOf("The plain HTTP request was sent to HTTPS port"u8) >= 0;

    private string Hint(LlmErrorKind kind, int status, ServerError serverError) =>
        api.AdviceFor(kind, status, serverError) is { } advice ? $". {advice}."
        : status == 407 ? ". A proxy on the way asks for a user and password."
        : "";
}
