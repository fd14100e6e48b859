using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>
/// A server that speaks GigaChat's protocol, version 1: access tokens at <see cref="AuthUrl"/>, chats streamed and whole, models, balance,
/// counts of tokens, and errors in GigaChat's words. It refuses what GigaChat refuses.
/// </summary>
/// <remarks>Thread-safe; settings are meant to be made before the first request. Faults of the host of tokens go into the script by
/// <see cref="FakeLlmServer.EnqueueFor"/> with the path of <see cref="AuthUrl"/>.</remarks>
public sealed class FakeGigaChatServer : FakeLlmServer
{
    private const string Json = "application/json; charset=utf-8";
    private const string Auth = "/api/v2/oauth";
    private const string Api = "/api/v1";
    private const string Chat = "/chat/completions";
    private readonly GigaChatTokenDesk _desk;
    private int _ids;
    private int _open;
    private int _peak;

    /// <summary>Starts the server.</summary>
    /// <param name="options">Where and how to listen; <see langword="null"/> for the defaults.</param>
    public FakeGigaChatServer(FaultServerOptions? options = null)
        : base(options) => _desk = new GigaChatTokenDesk(this, Time);

    /// <summary>The key that is good when nothing else is said: base64 of <c>fake-id:fake-secret</c>.</summary>
    public static string DefaultKey { get; } = Convert.ToBase64String("fake-id:fake-secret"u8);

    /// <inheritdoc/>
    public override Uri BaseUrl => new(Address, Api);

    /// <summary>Where access tokens are given out.</summary>
    public Uri AuthUrl => new(Address, Auth);

    /// <summary>The authorization key that tokens are given out for.</summary>
    /// <value><see cref="DefaultKey"/>.</value>
    public string AuthorizationKey { get; set; } = DefaultKey;

    /// <summary>The scope the key is for; others are refused with code 7.</summary>
    /// <value><c>GIGACHAT_API_PERS</c>.</value>
    public string Scope { get; set; } = "GIGACHAT_API_PERS";

    /// <summary>The user that may fetch tokens with <see cref="Password"/>.</summary>
    /// <value><see langword="null"/>: none.</value>
    public string? User { get; set; }

    /// <summary>The password of <see cref="User"/>.</summary>
    public string? Password { get; set; }

    /// <summary>How long a token is good.</summary>
    /// <value>30 minutes.</value>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How a token is written.</summary>
    /// <value><see cref="GigaChatTokenForm.Milliseconds"/>.</value>
    public GigaChatTokenForm TokenForm { get; set; }

    /// <summary>Whether the API wants a token; with client certificates it does not.</summary>
    /// <value><see langword="true"/>.</value>
    public bool RequireToken { get; set; } = true;

    /// <summary>Whether fields that the protocol does not have are refused.</summary>
    /// <value><see langword="true"/>.</value>
    public bool Strict { get; set; } = true;

    /// <summary>How many generations may be open at a time; more are refused with 429.</summary>
    /// <value><see langword="null"/>: any number.</value>
    public int? MaxOpen { get; set; }

    /// <summary>The models there are.</summary>
    public IReadOnlyList<FakeGigaChatModel> Models { get; set; } =
    [
        new("GigaChat"), new("GigaChat-2"), new("GigaChat-2-Max", Version: "2.0.30.01"), new("GigaChat-2-Pro"),
        new("GigaChat-Max"), new("GigaChat-Pro"), new("GigaFilter", "filter"), new("Embeddings", "embedder"),
    ];

    /// <summary>What is left of the packages, by use.</summary>
    /// <value><see langword="null"/>: the account pays as it goes, and has no balance.</value>
    public IReadOnlyList<KeyValuePair<string, long>>? Balance { get; set; }

    /// <summary>How many requests for a token came, refused ones included.</summary>
    public int TokenRequestCount => _desk.AskedCount;

    /// <summary>How many tokens were given out.</summary>
    public int TokenCount => _desk.IssuedCount;

    /// <summary>How many generations were open at the same time at most.</summary>
    public int PeakOpenCount => Volatile.Read(ref _peak);

    /// <summary>Makes a token good that was not given out here.</summary>
    /// <param name="token">The token.</param>
    /// <param name="until">When it expires; <see langword="null"/> for <see cref="TokenLife"/> from now.</param>
    public void AcceptToken(string token, DateTimeOffset? until = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(token);
        _desk.Accept(token, until ?? LongWait.After(Time.GetUtcNow(), TokenLife));
    }

    /// <summary>Lets all tokens expire: they are refused as expired from now on.</summary>
    public void ExpireTokens() => _desk.ExpireAll();

    /// <summary>Forgets all tokens: they are refused as unknown from now on.</summary>
    public void ForgetTokens() => _desk.ForgetAll();

    internal override string StreamType => "text/event-stream";

    internal override string LineStart => "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";

    internal override string Comment => ": keep-alive\n\n";

    internal override string LineOf(string json) => $"data: {json}\n\n";

    internal override VendorError ErrorOf(LlmErrorKind kind, string? message, CapturedRequest request) => GigaChatError.Of(kind, message);

    internal override VendorError ErrorOf(int status, CapturedRequest request) => GigaChatError.OfStatus(status);

    internal override IEnumerable<ReadOnlyMemory<byte>> ErrorEvents(LlmErrorKind kind, string? message, CapturedRequest request) =>
        [GigaChatReplyWriter.Event(GigaChatError.Of(kind, message).Body)];

    internal override void Rewrite(ReplyPlan plan, CapturedRequest request, FakeReply reply) => Fill(plan, request, reply);

    private protected override bool IsChat(CapturedRequest request) => request.Method == "POST" && PathOf(request) == Chat;

    private protected override void Answered(CapturedRequest request)
    {
        if (IsChat(request))
            Interlocked.Decrement(ref _open);
    }

    private protected override ReplyPlan Answer(CapturedRequest request, FakeReply reply)
    {
        var plan = new ReplyPlan();
        plan.Headers.Add(new("Server", "SynGX"));
        if (request.Path == Auth)
            return Say(plan, request.Method == "POST" ? _desk.AnswerKey(request) : GigaChatError.Of(405, "Method Not Allowed"));
        plan.Headers.Add(new("X-Request-Id", NewId()));
        plan.Headers.Add(new("X-Session-Id", request.Header("X-Session-ID") ?? NewId()));
        var isChat = IsChat(request);
        var open = isChat ? Opened() : 0;
        if (PathOf(request) is not { } path)
            return Say(plan, GigaChatError.Of(404, "Not Found"));
        if (string.IsNullOrWhiteSpace(request.Header("User-Agent")))
            return Say(plan, GigaChatError.NoUserAgent);
        if (path == "/token" && request.Method == "POST")
            return Say(plan, _desk.AnswerUser(request));
        if (RequireToken && _desk.Check(request) is { } refused)
            return Say(plan, refused);
        if (!isChat)
            return Say(plan, GigaChatLists.Answer(this, request, path));
        if (MaxOpen is { } limit && open > limit)
            return Say(plan, GigaChatError.Of(429, "Too many requests"));
        if (GigaChatRules.Check(request.Json, Models, Strict) is { } wrong)
            return Say(plan, wrong);
        Fill(plan, request, reply);
        return plan;
    }

    private void Fill(ReplyPlan plan, CapturedRequest request, FakeReply reply)
    {
        var body = request.Json ?? default;
        var prompt = reply.PromptTokens ?? body.TokensOfPrompt();
        var name = body.StringProperty("model") ?? "unknown";
        var version = Models.FirstOrDefault(m => m.Name == name)?.Version ?? "2.0.28.2";
        var writer = new GigaChatReplyWriter($"{name}:{version}", Time.GetUtcNow().ToUnixTimeSeconds(), NewId());
        plan.HeadDelay = reply.FirstDelay;
        if (body.BooleanProperty("stream") != true)
        {
            plan.Whole(200, writer.Whole(reply, prompt), Json);
            return;
        }

        plan.ContentType = StreamType;
        plan.Streamed = true;
        plan.EventDelay = reply.EventDelay;
        plan.Body = writer.Stream(reply, prompt);
    }

    private static ReplyPlan Say(ReplyPlan plan, VendorError said)
    {
        plan.Whole(said.Status, said.Body, Json);
        return plan;
    }

    private int Opened()
    {
        var open = Interlocked.Increment(ref _open);
        for (var peak = Volatile.Read(ref _peak); open > peak; peak = Volatile.Read(ref _peak))
        {
            if (Interlocked.CompareExchange(ref _peak, open, peak) == peak)
                break;
        }

        return open;
    }

    /// <summary>The path below the API; null for another. The new host leaves the first part out.</summary>
    private static string? PathOf(CapturedRequest request) =>
        request.Path.StartsWith(Api + "/", StringComparison.Ordinal) ? request.Path[Api.Length..]
        : request.Path.StartsWith("/v1/", StringComparison.Ordinal) ? request.Path["/v1".Length..]
        : null;

    private string NewId() => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-8000-{Interlocked.Increment(ref _ids):x12}");
}
