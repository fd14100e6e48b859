using System.Net.Http.Headers;

namespace Orchestrator.Providers;

/// <summary>The credentials of requests: a key or token that is set, or access tokens that are fetched.</summary>
internal sealed class YandexGptAccess : IDisposable
{
    /// <summary>How long before its end a token is replaced, and its longest use, as Yandex advises.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestUse = TimeSpan.FromHours(1);

    /// <summary>From which difference on this machine's clock counts as wrong: the vendor's tolerance plus the time of transport.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly string? _secret;
    private readonly AuthenticationHeaderValue? _fixed;
    private readonly AccessTokenSource? _tokens;
    private volatile string? _jwt;

    /// <exception cref="ArgumentException">A credential cannot be used; the message names it, never its value.</exception>
    public YandexGptAccess(YandexGptOptions options, TimeProvider time)
    {
        _time = time;
        if (!string.IsNullOrEmpty(options.ApiKey))
            _fixed = new AuthenticationHeaderValue("Api-Key", _secret = HeaderValue.Checked(options.ApiKey, nameof(options.ApiKey)));
        else if (!string.IsNullOrEmpty(options.IamToken))
            _fixed = new AuthenticationHeaderValue("Bearer", _secret = HeaderValue.Checked(options.IamToken, nameof(options.IamToken)));
        else
            _tokens = options.UseMetadata ? FromMetadata(options) : FromIam(options);
    }

    /// <summary>Whether tokens are fetched.</summary>
    public bool IsFetched => _tokens is not null;

    /// <summary>Fetches tokens; set before the first request.</summary>
    public HttpLlmProvider? Http { private get; set; }

    public async ValueTask AuthorizeAsync(HttpRequestMessage message, CancellationToken cancellationToken) =>
        message.Headers.Authorization = _fixed
            ?? new AuthenticationHeaderValue("Bearer", await _tokens!.GetAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Drops the token that was refused; false when no other can be fetched.</summary>
    public bool DropRefused(HttpRequestMessage refused, LlmException error) => _tokens is not null && _tokens.DropRefused(refused, error);

    /// <summary>The secrets: keys, tokens and the signed token requests. Servers quote what they refuse.</summary>
    public IEnumerable<string> Secrets()
    {
        IEnumerable<string> secrets = [.. _secret is { Length: > 0 } secret ? [secret] : Array.Empty<string>(), .. _tokens?.Recent() ?? []];
        return _jwt is { } jwt ? secrets.Append(jwt) : secrets;
    }

    public void Dispose() => _tokens?.Dispose();

    private AccessTokenSource FromMetadata(YandexGptOptions options)
    {
        var root = HttpAddress.Checked(options.MetadataUrl, nameof(options.MetadataUrl), YandexGptEnvironment.MetadataExample);
        var metadata = HttpAddress.Combine(root, "computeMetadata/v1/instance/service-accounts/default/token");
        return new AccessTokenSource(token => AskMetadataAsync(metadata, token), _time, Margin, LongestUse);
    }

    private AccessTokenSource FromIam(YandexGptOptions options)
    {
        var root = HttpAddress.Checked(options.IamUrl, nameof(options.IamUrl), YandexGptServiceAccountKey.Audience);
        var iam = HttpAddress.WithPath(root, "iam/v1/tokens");
        var key = YandexGptServiceAccountKey.ReadFile(options.ServiceAccountKeyFile!);
        return new AccessTokenSource(token => ExchangeAsync(iam, key, token), _time, Margin, LongestUse);
    }

    private async Task<AccessToken> ExchangeAsync(Uri iam, YandexGptServiceAccountKey key, CancellationToken cancellationToken)
    {
        var jwt = key.Sign(_time.GetUtcNow());
        _jwt = jwt;
        using var message = new TokenRequest(HttpMethod.Post, iam)
        {
            Content = JsonBody.From(jwt, static (json, signed) =>
            {
                json.WriteStartObject();
                json.WriteString("jwt"u8, signed);
                json.WriteEndObject();
            }),
        };
        message.Headers.UserAgent.Add(MediaTypes.UserAgent);
        return await FetchAsync(
            message, "Yandex Cloud IAM gives no token for the key in ServiceAccountKeyFile", cancellationToken).ConfigureAwait(false);
    }

    private async Task<AccessToken> AskMetadataAsync(Uri metadata, CancellationToken cancellationToken)
    {
        // Only this machine's metadata service must answer: a proxy would ask its own, or could see the token.
        using var message = new TokenRequest(HttpMethod.Get, metadata) { IsDirect = Http!.OwnsClient || LocalAddress.IsMetadata(metadata) };
        message.Headers.Add("Metadata-Flavor", "Google");
        return await FetchAsync(
            message,
            "The metadata service gives no token: the virtual machine needs a service account linked to it",
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<AccessToken> FetchAsync(TokenRequest message, string refused, CancellationToken cancellationToken)
    {
        try
        {
            return await Http!.AskAsync(
                message, body => YandexGptTokenAnswer.Read(body, message.AnsweredAt ?? _time.GetUtcNow()), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (LlmException error)
            when (error.StatusCode is >= 400 and < 500 and not (408 or 429) && error.Kind != LlmErrorKind.MalformedResponse)
        {
            // The credentials are not accepted, whatever the status: only this kind excludes the provider for long enough.
            var clock = message.Method == HttpMethod.Post ? ClockOff(message.AnsweredAt) : "";
            throw error.Copy(error, LlmErrorKind.Authentication, $"{refused}. {error.Message}{clock}");
        }
    }

    /// <summary>A sentence on this machine's clock if it differs from the server's: with a wrong clock signed token requests are
    /// refused.</summary>
    private string ClockOff(DateTimeOffset? server)
    {
        if (server is not { } at)
            return "";
        var ahead = _time.GetUtcNow() - at;
        if (ahead.Duration() < Skew)
            return "";
        var off = ahead.Duration();
        var length = off.TotalHours >= 1 ? $"{(long)off.TotalHours} h {off.Minutes} min" : $"{off.Minutes} min";
        return $" This machine's clock is {length} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the server's: set it right, for a "
            + "request that is signed with a wrong time is refused.";
    }
}
