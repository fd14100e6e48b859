using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// The floor all providers on HTTP stand on: sends, reads streams with bounds on everything, and turns whatever a server does into an
/// answer or a typed error. A cut answer is never taken for a whole one.
/// </summary>
/// <remarks>
/// <para>Thread-safe. Redirects are not followed, cookies not kept; connecting may take as long as <see cref="TimeoutOptions.Connect"/> of the
/// request allows, 5 s if it says nothing, TLS included. Bodies are bounded: 16 MiB whole, 4 MiB a line, 256 MiB and a million events a
/// stream, all after decompression.</para>
/// <para>A client that is handed in keeps its own settings and is not disposed; give it an infinite <see cref="HttpClient.Timeout"/>, no
/// redirects and no cookies, as the router's limits decide how long things may take. The limit for connecting holds for a client whose
/// <see cref="SocketsHttpHandler"/> or <see cref="HttpClientHandler"/> stands alone, without a limit on the number of its connections, and
/// for the named clients of a container. Under other handlers connecting cannot be told from anything else they do: there
/// <see cref="SocketsHttpHandler.ConnectTimeout"/> is the limit, if it is set.</para>
/// </remarks>
public abstract partial class HttpLlmProvider : ILlmProvider, IReadsOriginals, IDisposable
{
    private static readonly TimeSpan AfterCompletion = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForErrorBody = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client;
    private readonly bool _ownsClient;
    private readonly bool _readsOnceConnected;
    private readonly TimeProvider _time;
    private readonly ShownWords _shown;
    private readonly Action<SocketsHttpHandler>? _prepare;

    private protected HttpLlmProvider(
        ProviderInfo info, HttpClient? client, TimeProvider? time, bool throwOnMalformedEvent, Action<SocketsHttpHandler>? prepare = null)
    {
        Info = info;
        _ownsClient = client is null;
        _prepare = prepare;
        _readsOnceConnected = client is null || HandlerChain.ReadsOnceConnected(client);
        _client = client ?? HttpClients.New(HttpClients.ConnectLimit, prepare);
        _time = time ?? TimeProvider.System;
        ThrowOnMalformedEvent = throwOnMalformedEvent;
        _shown = Shown;
    }

    /// <inheritdoc/>
    public ProviderInfo Info { get; }

    private bool ThrowOnMalformedEvent { get; }

    /// <inheritdoc/>
    /// <exception cref="LlmException">Whatever went wrong, by kind.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Streaming ? StreamAsync(request, cancellationToken) : AnswerAsync(request, cancellationToken);
    }

    /// <summary>Disposes the client, unless it was handed in.</summary>
    public void Dispose()
    {
        Release();
        if (_ownsClient)
            _client.Dispose();
        _patient?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>How the vendor frames a stream.</summary>
    private protected abstract StreamFraming Framing { get; }

    /// <summary>The request as the vendor wants it, but for credentials: address, headers, body. Throws <see cref="LlmException"/> for what
    /// the vendor cannot do; whatever else it throws is the request's fault.</summary>
    private protected abstract HttpRequestMessage CreateRequest(LlmRequest request);

    /// <summary>Adds credentials that have to be fetched.</summary>
    private protected virtual ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken) => default;

    /// <summary>A reader for one answer.</summary>
    private protected abstract AnswerReader NewReader(LlmRequest request);

    /// <summary>The kind of an error by what the vendor says; null leaves it to the status.</summary>
    private protected abstract LlmErrorKind? KindOf(int status, ServerError error);

    /// <summary>The header that holds the vendor's id of the request.</summary>
    private protected virtual string RequestIdHeader => "x-request-id";

    /// <summary>Whether a failed answer is worth one more try with other credentials; the vendor renews them here.</summary>
    private protected virtual ValueTask<bool> RenewCredentialsAsync(LlmException error, CancellationToken cancellationToken) => new(false);

    /// <summary>The key that is sent, to be kept out of texts the server may echo it in.</summary>
    private protected string? Secret { get; init; }

    /// <summary>Everything that is sent and must never be shown: keys, tokens, headers of the user's own.</summary>
    private protected virtual IEnumerable<string> Secrets() => Secret is { Length: > 0 } secret ? [secret] : [];

    /// <summary>Removes the provider's own secrets from a text of the server's.</summary>
    private protected string Redact(string text) => PromptEcho.Cut(text, null, Secrets())!;

    /// <summary>Asks the vendor something besides the chat and reads its JSON; throws what the server said otherwise.</summary>
    /// <param name="request">The question.</param>
    /// <param name="read">Reads the answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="about">Whose texts the question holds, so that an error does not repeat them; null for a question without any.</param>
    private protected async Task<T> AskAsync<T>(HttpRequestMessage request, BodyReader<T> read, CancellationToken cancellationToken, LlmRequest? about = null)
    {
        var target = request.RequestUri!;
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK || !IsSame(target, request.RequestUri))
            throw await ErrorOfAsync(response, target, about, cancellationToken).ConfigureAwait(false);
        using var body = await ReadBodyAsync(response, HttpCaps.Body, cancellationToken).ConfigureAwait(false);
        try
        {
            RefuseReportedError(response, body.Span);
            return read(body.Span);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw Error(response, LlmErrorKind.MalformedResponse, ServerError.None, Malformed(error, "an answer", response));
        }
    }

    private protected delegate T BodyReader<out T>(ReadOnlySpan<byte> body);

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        var reader = ReaderFor(request, response);
        ChatResponse answer;
        using (var body = await ReadBodyAsync(response, HttpCaps.Body, cancellationToken).ConfigureAwait(false))
            answer = Whole(reader, response, body.Span);
        yield return WholeAnswer.From(answer);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        var reader = ReaderFor(request, response);
        if (RequiresEventStream && !IsEventStream(response))
            throw await NoStreamAsync(reader, response, cancellationToken).ConfigureAwait(false);
        if (Framing == StreamFraming.ServerSentEvents && IsJson(response))
        {
            // The server did not stream: a whole answer is welcome too, an error under status 200 is an error.
            using var body = await ReadBodyAsync(response, HttpCaps.Body, cancellationToken).ConfigureAwait(false);
            yield return WholeAnswer.From(Whole(reader, response, body.Span));
            yield break;
        }

        RefuseHtml(response);
        using var lines = new LineReader(await OpenAsync(response, cancellationToken).ConfigureAwait(false));
        var events = new EventReader(Framing);
        var count = 0;
        var skipped = false;
        var left = AfterCompletion;
        Exception? broken = null;
        while (!reader.IsLast)
        {
            while (!reader.IsLast && TryNext(lines, ref events, reader, response, ref skipped, ref count, ref broken, out var update))
            {
                if (update is not null)
                    yield return update;
            }

            if (reader.IsLast || broken is not null)
                break;
            // The consumer's own time does not count, only ours.
            var from = _time.GetTimestamp();
            try
            {
                if (!await FillAsync(lines, response, reader.IsComplete ? left : null, cancellationToken).ConfigureAwait(false))
                    break;
            }
            catch (Exception error) when (error is LlmException or OperationCanceledException)
            {
                broken = error;
                break;
            }

            if (reader.IsComplete)
                left -= _time.GetElapsedTime(from);
        }

        while (broken is null && !reader.IsLast && TryNext(lines, ref events, reader, response, ref skipped, ref count, ref broken, out var last))
        {
            if (last is not null)
                yield return last;
        }

        if (broken is null && TryFinish(reader, response, count, ref broken) is { } rest)
            yield return rest;
        if (broken is null)
            yield break;
        // What broke off is billed too: the vendor's last numbers go out before the reason.
        if (UsageSoFar(reader) is { } usage)
            yield return usage;
        ExceptionDispatchInfo.Throw(broken);
    }

    private AnswerReader ReaderFor(LlmRequest request, HttpResponseMessage response)
    {
        var reader = NewReader(request);
        (reader.Shown, reader.Request, reader.Response) = (_shown, request, response);
        return reader;
    }

    private static bool IsSame(Uri asked, Uri? answered) => answered is null || asked == answered;

    private ChatResponse Whole(AnswerReader reader, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        ChatResponse answer;
        try
        {
            RefuseReportedError(response, body);
            answer = reader.ReadWhole(body);
        }
        catch (LlmException error)
        {
            throw Seen(error, response, reader.Request);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw Error(response, LlmErrorKind.MalformedResponse, ServerError.None, Malformed(error, "an answer", response), reader.Request);
        }

        return reader.IsComplete ? answer : throw Error(response, LlmErrorKind.MalformedResponse, ServerError.None, "answered with JSON that is no chat answer. Check the base address.", reader.Request);
    }

    /// <summary>One event out of the lines that have arrived. False when more bytes are needed, or the stream is broken.</summary>
    private bool TryNext(LineReader lines, ref EventReader events, AnswerReader reader, HttpResponseMessage response, ref bool skipped, ref int count, ref Exception? broken, out ChatResponseUpdate? update)
    {
        try
        {
            return TryRead(lines, ref events, reader, response, ref skipped, ref count, out update);
        }
        catch (LlmException error)
        {
            (broken, update) = (error, null);
            return false;
        }
    }

    private bool TryRead(LineReader lines, ref EventReader events, AnswerReader reader, HttpResponseMessage response, ref bool skipped, ref int count, out ChatResponseUpdate? update)
    {
        update = null;
        while (lines.TryTake(out var line))
        {
            if (!events.TryRead(line, out var data))
                continue;
            // What follows a whole answer may add usage, but cannot take the answer back.
            var isExtra = reader.IsComplete;
            if (++count > HttpCaps.Events)
                throw Seen(LineReader.TooLarge($"more than {HttpCaps.Events:N0} events"), response, reader.Request);
            try
            {
                update = reader.ReadEvent(data, events.IsError);
                return true;
            }
            catch (Exception error) when (isExtra && error is (LlmException or JsonException or InvalidOperationException or FormatException or ArgumentException))
            {
                reader.PassOver();
                if (reader.IsLast)
                    return false;
            }
            catch (LlmException error)
            {
                throw Seen(error, response, reader.Request);
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArgumentException)
            {
                var malformed = Error(response, LlmErrorKind.MalformedResponse, ServerError.None, Malformed(error, $"event {count} of its stream", response), reader.Request);
                if (skipped || ThrowOnMalformedEvent)
                    throw malformed;
                skipped = true;
                update = new ChatResponseUpdate { RawRepresentation = new MalformedEvent(malformed) };
                return true;
            }
        }

        return false;
    }
}
