using System.Text.Json;

namespace Orchestrator.Providers;

// What some vendors need besides: words of advice, stricter streams, the request whose credentials were refused.
public abstract partial class HttpLlmProvider
{
    /// <summary>Whether a stream that is no <c>text/event-stream</c> is an error rather than a whole answer.</summary>
    private protected virtual bool RequiresEventStream => false;

    /// <summary>What to do about an error the server reports, in a sentence; null when its own words say enough.</summary>
    private protected virtual string? AdviceFor(LlmErrorKind kind, int status, ServerError said) => null;

    /// <summary>What to do about a certificate that is not trusted, in a sentence; null for the usual.</summary>
    private protected virtual string? CertificateAdvice => null;

    /// <summary>Lets go of what the vendor's part holds; the provider is being disposed.</summary>
    private protected virtual void Release()
    {
        // Most hold nothing.
    }

    /// <inheritdoc cref="RenewCredentialsAsync(LlmException, CancellationToken)"/>
    /// <param name="refused">The request, with the credentials that were refused.</param>
    /// <param name="error">What the server said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private protected virtual ValueTask<bool> RenewCredentialsAsync(HttpRequestMessage refused, LlmException error, CancellationToken cancellationToken) =>
        RenewCredentialsAsync(error, cancellationToken);

    /// <summary>Asks something besides the chat, once more if credentials could be renewed.</summary>
    private protected async Task<T> AskAsync<T>(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> create, BodyReader<T> read, CancellationToken cancellationToken, LlmRequest? about = null)
    {
        for (var renewed = false; ; renewed = true)
        {
            using var message = await create(cancellationToken).ConfigureAwait(false);
            try
            {
                return await AskAsync(message, read, cancellationToken, about).ConfigureAwait(false);
            }
            catch (LlmException error) when (!renewed && error.StatusCode is not null)
            {
                if (!await RenewCredentialsAsync(message, error, cancellationToken).ConfigureAwait(false))
                    throw;
            }
        }
    }

    // nginx's words for a request without TLS; other servers say it in plain text.
    private static bool WantsTls(ReadOnlySpan<byte> page) => page.IndexOf("The plain HTTP request was sent to HTTPS port"u8) >= 0;

    private string Hint(LlmErrorKind kind, int status, ServerError said) =>
        AdviceFor(kind, status, said) is { } advice ? $". {advice}."
        : status == 407 ? ". A proxy on the way asks for a user and password."
        : "";

    /// <summary>What a server means that answers something else than the stream it was asked for.</summary>
    private async Task<LlmException> NoStreamAsync(AnswerReader reader, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var body = await ReadErrorBodyAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            if (IsJson(response) && !body.Span.Trim(" \t\r\n"u8).IsEmpty)
                reader.ReadWhole(body.Span);
        }
        catch (LlmException reported)
        {
            return Seen(reported, response, reader.Request);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            // No error of the server's either; what it is not is said below.
        }

        var type = Shown(MediaTypeOf(response).ToString(), reader.Request, response) is { Length: > 0 } named ? named : "no content type";
        return Error(response, LlmErrorKind.MalformedResponse, ServerError.None, $"answered HTTP 200 with {type} where a stream of text/event-stream was asked for. Check the base address, and whether a proxy answers in its place.", reader.Request);
    }

    private static bool IsEventStream(HttpResponseMessage response) =>
        MediaTypeOf(response).Equals(MediaTypes.EventStreamText, StringComparison.OrdinalIgnoreCase);
}
