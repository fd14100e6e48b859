using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>GigaChat by Sber, on version 1 of its own API.</summary>
/// <remarks>
/// <para>Thread-safe. Sends <c>POST {BaseUrl}/chat/completions</c> with an access token. The token is fetched as needed, by one request for
/// all waiting calls, and replaced a minute before its end; its age is measured by a stopwatch, so that a wrong clock does not matter. A
/// call that is refused with HTTP 401 is repeated once with a new token.</para>
/// <para>What the API does not have is done here (<see cref="ChatOptions.StopSequences"/>, several system messages, a temperature of 0) or
/// left out (penalties, <see cref="ChatOptions.Seed"/>, <see cref="ChatOptions.TopK"/>).</para>
/// </remarks>
public sealed partial class GigaChatProvider
    : ILlmProvider, IHealthProbe, IExactTokenCounter, IProviderDiagnostics, IReadsOriginals, IDisposable
{
    /// <summary>The name in <c>AdditionalProperties</c> of calls and answers for the id of the functions' state, by which the vendor
    /// recognises the conversation when the answer is sent back.</summary>
    public const string StateIdProperty = "functions_state_id";

    /// <summary>Under this name <see cref="ChatOptions.AdditionalProperties"/> may hold the dialogue's <c>X-Session-ID</c>.</summary>
    public const string SessionIdProperty = "session_id";

    private readonly GigaChatApi _api;
    private readonly HttpLlmProvider _http;
    private readonly TimeProvider _clock;

    /// <summary>Makes the provider.</summary>
    /// <param name="name">Its unique name.</param>
    /// <param name="options">Where GigaChat is, who asks it, and how.</param>
    /// <param name="httpClient">A client of your own, left open: give it an infinite <see cref="HttpClient.Timeout"/>, no redirects and no
    /// cookies; roots and client certificate are then its handler's. <see cref="TimeoutOptions.Connect"/> holds for it if its
    /// <see cref="SocketsHttpHandler"/> or <see cref="HttpClientHandler"/> stands alone; else the handler's own time-out does.
    /// <see langword="null"/> for one with the right settings.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">A setting is missing or cannot be used; the message names it, never its value.</exception>
    public GigaChatProvider(string name, GigaChatOptions options, HttpClient? httpClient = null, TimeProvider? timeProvider = null)
        : this(name, options, httpClient, timeProvider, TlsFor(options, httpClient), mayBeNone: httpClient is not null)
    {
    }

    /// <summary>For a client whose handler was prepared with these settings of TLS.</summary>
    internal GigaChatProvider(
        string name, GigaChatOptions options, HttpClient? httpClient, TimeProvider? timeProvider, GigaChatTls tls, bool mayBeNone)
    {
        _clock = timeProvider ?? TimeProvider.System;
        _api = new GigaChatApi(name, options, tls, mayBeNone, FetchTokenAsync, _clock);
        _http = new HttpLlmProvider(_api, httpClient, timeProvider, tls.ApplyTo);
    }

    /// <inheritdoc/>
    public ProviderInfo Info => _http.Info;

    /// <inheritdoc/>
    /// <exception cref="LlmException">Whatever went wrong, by kind.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
        _http.GenerateAsync(request, cancellationToken);

    /// <summary>Disposes the client, unless it was handed in, and ends fetches of tokens.</summary>
    public void Dispose()
    {
        _api.Dispose();
        _http.Dispose();
    }

    private static GigaChatTls TlsFor(GigaChatOptions options, HttpClient? client)
    {
        ArgumentNullException.ThrowIfNull(options);
        var tls = GigaChatTls.From(options);
        if (client is not null && (tls.HasRoots || tls.HasCertificate))
        {
            throw new ArgumentException(
                "TrustedRoots and ClientCertificate are settings of the HTTP handler, and the client that was handed in has its own: "
                    + "set them there (SslOptions), or hand in no client.", nameof(options));
        }

        return tls;
    }
}
