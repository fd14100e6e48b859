using System.Net.Http.Headers;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>The credentials: a key that tokens are fetched with, a user and password, a ready token, or a client certificate
/// alone.</summary>
internal sealed class GigaChatCredentials
{
    private readonly AuthenticationHeaderValue? _fetchWith;
    private readonly Uri? _fetchFrom;
    private readonly GigaChatScope? _scope;

    private GigaChatCredentials(
        string? readyToken, AuthenticationHeaderValue? fetchWith, Uri? fetchFrom, GigaChatScope? scope, params string?[] secrets)
    {
        (ReadyToken, _fetchWith, _fetchFrom, _scope) = (readyToken, fetchWith, fetchFrom, scope);
        Secrets = [.. secrets.OfType<string>().Where(s => s.Length > 0)];
    }

    /// <summary>A token that cannot be renewed; null when tokens are fetched, or none is needed.</summary>
    public string? ReadyToken { get; }

    /// <summary>Whether tokens are fetched.</summary>
    public bool Fetches => _fetchFrom is not null;

    /// <summary>Where tokens are fetched from; null when they are not.</summary>
    public Uri? FetchFrom => _fetchFrom;

    /// <summary>Whether they are fetched with an authorization key.</summary>
    public bool HasKey => _scope is not null;

    /// <summary>The authorization key; null when tokens are not fetched with one.</summary>
    public string? Key => HasKey ? _fetchWith!.Parameter : null;

    /// <summary>The secrets that no text may show.</summary>
    public IReadOnlyList<string> Secrets { get; }

    /// <exception cref="ArgumentException">A credential is missing or cannot be sent; the message names it, never its value.</exception>
    public static GigaChatCredentials From(GigaChatOptions options, Uri root, bool mayBeNone)
    {
        if (!string.IsNullOrEmpty(options.AccessToken))
        {
            var token = HeaderValue.Checked(options.AccessToken, nameof(options.AccessToken));
            return new(token, null, null, null, token);
        }

        if (!string.IsNullOrEmpty(options.AuthorizationKey))
        {
            var key = HeaderValue.Checked(options.AuthorizationKey, nameof(options.AuthorizationKey));
            var auth = HttpAddress.Checked(options.AuthUrl, nameof(options.AuthUrl), GigaChatEnvironment.AuthUrlExample);
            _ = options.Scope.Text();
            return new(null, new AuthenticationHeaderValue("Basic", key), auth, options.Scope, key, SecretIn(key));
        }

        if (!string.IsNullOrEmpty(options.User))
        {
            if (options.User.Contains(':', StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"{nameof(options.User)} holds a colon, which separates user and password; no user of the vendor's has one.",
                    nameof(options));
            }

            var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}"));
            return new(
                null, new AuthenticationHeaderValue("Basic", basic), HttpAddress.Combine(root, "token"), null, basic, options.Password);
        }

        return mayBeNone
            ? new(null, null, null, null)
            : throw new ArgumentException(
                "GigaChatOptions has no credentials; set AuthorizationKey (the account page of developers.sber.ru shows it), "
                    + "AccessToken, User and Password, or a client certificate.",
                nameof(options));
    }

    /// <summary>A request for a token.</summary>
    /// <param name="scope">Another scope than the one that is set; null for that.</param>
    public TokenRequest NewTokenRequest(GigaChatScope? scope = null)
    {
        var message = new TokenRequest(HttpMethod.Post, _fetchFrom!);
        message.Headers.Authorization = _fetchWith;
        message.Headers.Accept.Add(MediaTypes.Json);
        message.Headers.UserAgent.Add(MediaTypes.UserAgent);
        message.Headers.Add("RqUID", RequestIds.New());
        if ((scope ?? _scope) is { } asked)
            message.Content = new StringContent($"scope={asked.Text()}", null, "application/x-www-form-urlencoded");
        else
            message.Content = new ByteArrayContent([]);
        // The vendor's gateway compares the whole content type.
        if (message.Content.Headers.ContentType is { } type)
            type.CharSet = null;
        return message;
    }

    /// <summary>The client secret inside a key: a server may quote it without the rest.</summary>
    private static string? SecretIn(string key)
    {
        var bytes = new byte[key.Length];
        if (!Convert.TryFromBase64String(key, bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 && text.Length - colon > 8 ? text[(colon + 1)..] : null;
    }
}
