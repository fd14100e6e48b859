using System.Globalization;
using System.Text;

namespace Orchestrator.Testing;

/// <summary>Gives out access tokens, and knows which are good. Thread-safe.</summary>
internal sealed class GigaChatTokenDesk(FakeGigaChatServer server, TimeProvider time)
{
    private static readonly string[] Scopes = ["GIGACHAT_API_PERS", "GIGACHAT_API_B2B", "GIGACHAT_API_CORP"];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _tokens = new(StringComparer.Ordinal);
    private int _issued;
    private int _asked;

    public int AskedCount => Volatile.Read(ref _asked);

    public int IssuedCount => Volatile.Read(ref _issued);

    /// <summary>The answer to a request of the OAuth host.</summary>
    public VendorError AnswerKey(CapturedRequest request)
    {
        Interlocked.Increment(ref _asked);
        if (Basic(request) is not { } sent)
            return GigaChatError.OfToken(400, 4, "Can't decode 'Authorization' header");
        if (!Guid.TryParse(request.Header("RqUID"), out var id) || id.Version != 4)
            return GigaChatError.OfToken(400, 3, "RqUID header is missing or invalid");
        if (request.Header("Content-Type")?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) != true)
            return GigaChatError.OfToken(400, 1, "scope data format invalid");
        var scope = ScopeOf(request.Text);
        if (string.IsNullOrEmpty(scope))
            return GigaChatError.OfToken(400, 5, "scope is empty");
        if (!Scopes.Contains(scope))
            return GigaChatError.OfToken(400, 1, "scope data format invalid");
        if (sent != server.AuthorizationKey)
            return GigaChatError.OfToken(401, 6, "credentials doesn't match db data");
        return scope == server.Scope
            ? Issue(server.TokenForm)
            : GigaChatError.OfToken(400, 7, "scope from db not fully includes consumed scope");
    }

    /// <summary>The answer to a user with a password.</summary>
    public VendorError AnswerUser(CapturedRequest request)
    {
        Interlocked.Increment(ref _asked);
        if (server.User is not { } user || Basic(request) != Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{server.Password}")))
            return GigaChatError.Unauthorized;
        return Issue(server.TokenForm is GigaChatTokenForm.Seconds or GigaChatTokenForm.BriefSeconds
            ? GigaChatTokenForm.BriefSeconds
            : GigaChatTokenForm.Brief);
    }

    /// <summary>Why a request may not pass; null when it may.</summary>
    public VendorError? Check(CapturedRequest request)
    {
        const string Scheme = "Bearer ";
        if (request.Header("Authorization") is not { } header || !header.StartsWith(Scheme, StringComparison.Ordinal))
            return GigaChatError.Unauthorized;
        lock (_lock)
        {
            if (!_tokens.TryGetValue(header[Scheme.Length..], out var until))
                return GigaChatError.Unauthorized;
            return time.GetUtcNow() < until ? null : GigaChatError.Expired;
        }
    }

    public void Accept(string token, DateTimeOffset until)
    {
        lock (_lock)
            _tokens[token] = until;
    }

    public void ExpireAll()
    {
        lock (_lock)
        {
            foreach (var token in _tokens.Keys.ToList())
                _tokens[token] = DateTimeOffset.MinValue;
        }
    }

    public void ForgetAll()
    {
        lock (_lock)
            _tokens.Clear();
    }

    private VendorError Issue(GigaChatTokenForm form)
    {
        var number = Interlocked.Increment(ref _issued);
        var token = string.Create(CultureInfo.InvariantCulture, $"eyJhbGciOiJkaXIifQ.fake-token-{number:D6}.of-tests");
        var until = LongWait.After(time.GetUtcNow(), server.TokenLife);
        Accept(token, until);
        var isShort = form is GigaChatTokenForm.Brief or GigaChatTokenForm.BriefSeconds;
        return new VendorError(200, JsonText.Of(json =>
        {
            json.WriteString(isShort ? "tok" : "access_token", token);
            json.WriteNumber(isShort ? "exp" : "expires_at",
                form is GigaChatTokenForm.Seconds or GigaChatTokenForm.BriefSeconds
                    ? until.ToUnixTimeSeconds()
                    : until.ToUnixTimeMilliseconds());
        }));
    }

    /// <summary>The credentials of a Basic header, still encoded; null when there are none or they are not base64 of two parts.</summary>
    private static string? Basic(CapturedRequest request)
    {
        const string Scheme = "Basic ";
        if (request.Header("Authorization") is not { } header || !header.StartsWith(Scheme, StringComparison.Ordinal))
            return null;
        var sent = header[Scheme.Length..];
        var bytes = new byte[sent.Length];
        return Convert.TryFromBase64String(sent, bytes, out var length) && bytes.AsSpan(0, length).Contains((byte)':') ? sent : null;
    }

    private static string? ScopeOf(string form)
    {
        foreach (var pair in form.Split('&'))
        {
            if (pair.StartsWith("scope=", StringComparison.Ordinal))
                return Uri.UnescapeDataString(pair["scope=".Length..]);
        }

        return null;
    }
}
