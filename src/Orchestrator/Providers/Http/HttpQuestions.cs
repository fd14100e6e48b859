using System.Net;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads a whole body; what it throws for JSON it cannot read becomes <see cref="LlmErrorKind.MalformedResponse"/>.</summary>
internal delegate T BodyParser<out T>(ReadOnlySpan<byte> body);

/// <summary>Sends a request and returns a response of status 200, or throws the server's error. Sends once more if the credentials could be
/// renewed.</summary>
internal sealed class HttpQuestions(VendorApi api, HttpSender sender, BodyReader bodies, ResponseErrors errors)
{
    private readonly ErrorPage _page = new(api, bodies, errors);

    /// <summary>Sends the chat request. The caller disposes the response.</summary>
    public async Task<HttpResponseMessage> AskAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        for (var renewed = false; ; renewed = true)
        {
            // Before a token is fetched: a request that cannot be sent needs none.
            using var message = RequestFault.Guard((api, request), static s => s.api.CreateRequest(s.request), cancellationToken);
            await api.AuthorizeAsync(message, cancellationToken).ConfigureAwait(false);
            var target = message.RequestUri!;
            var response = await sender.SendAsync(message, request.Timeouts?.Connect, cancellationToken).ConfigureAwait(false);
            try
            {
                if (response.StatusCode == HttpStatusCode.OK && ErrorPage.IsSame(target, message.RequestUri))
                    return response;
                var error = await _page.ReadAsync(response, target, request, cancellationToken).ConfigureAwait(false);
                if (renewed || !await api.RenewCredentialsAsync(message, error, cancellationToken).ConfigureAwait(false))
                    throw error;
            }
            catch
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }
    }

    /// <summary>Asks the vendor something besides the chat and reads the JSON of its answer; throws the server's error otherwise.</summary>
    /// <param name="request">The question.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="about">The request whose texts are sent along, so that an error does not repeat them; null for none.</param>
    public async Task<T> AskAsync<T>(
        HttpRequestMessage request, BodyParser<T> read, CancellationToken cancellationToken, LlmRequest? about = null)
    {
        var target = request.RequestUri!;
        using var response = await sender.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK || !ErrorPage.IsSame(target, request.RequestUri))
            throw await _page.ReadAsync(response, target, about, cancellationToken).ConfigureAwait(false);
        using var body = await bodies.ReadAsync(response, HttpCaps.Body, cancellationToken).ConfigureAwait(false);
        try
        {
            errors.RefuseEmptyOrHtml(response, body.Span);
            return read(body.Span);
        }
        catch (Exception error) when (ResponseErrors.IsMalformed(error))
        {
            throw errors.Malformed(response, error, "an answer", null);
        }
    }

    /// <summary>Asks something besides the chat, once more if credentials could be renewed.</summary>
    public async Task<T> AskAsync<T>(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> create,
        BodyParser<T> read,
        CancellationToken cancellationToken,
        LlmRequest? about = null)
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
                if (!await api.RenewCredentialsAsync(message, error, cancellationToken).ConfigureAwait(false))
                    throw;
            }
        }
    }

    /// <summary>Asks for a list of models; null when there is none. Disposes the request.</summary>
    public async Task<ListedModels?> TryListAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                return await AskAsync(request, ListedModels.Read, cancellationToken).ConfigureAwait(false);
            }
            catch (LlmException)
            {
                return null;
            }
        }
    }
}
