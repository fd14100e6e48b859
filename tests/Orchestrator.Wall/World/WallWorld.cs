namespace Orchestrator.Wall;

/// <summary>A router before two servers, a caller, and everything they leave behind.</summary>
internal sealed class WallWorld : IAsyncDisposable
{
    public const string PrimaryModel = "model-ash";
    public const string SecondaryModel = "model-birch";

    private readonly DateTimeOffset _begun;

    /// <param name="setting">The world's laws.</param>
    /// <param name="configure">Further options of the router.</param>
    /// <param name="alone">Whether the primary has no other provider beside it.</param>
    /// <param name="empty">Whether the scenario adds the providers itself.</param>
    /// <param name="primaryServer">Where and how the primary listens.</param>
    public WallWorld(
        WallSetting setting, Action<RouterOptions>? configure = null, bool alone = false, bool empty = false,
        FaultServerOptions? primaryServer = null)
    {
        Setting = setting;
        primaryServer ??= new FaultServerOptions();
        primaryServer.TimeProvider = Clock;
        Primary = Protocol.StartServer(primaryServer);
        Primary.Reply = new FakeReply(WallText.Primary);
        Secondary = Protocol.StartServer(new FaultServerOptions { TimeProvider = Clock, MaxConnections = 4096 });
        Secondary.Reply = new FakeReply(WallText.Secondary);
        var options = new RouterOptions
        {
            Strategy = RoutingStrategy.FirstAvailable,
            Random = new Random(setting.Seed),
            MidStream = setting.Mode == WallMode.LiveWithRestart ? MidStreamMode.Restart : MidStreamMode.Throw,
            Observers = { Ledger },
        };
        configure?.Invoke(options);
        Router = new Router(options, Log, Clock);
        if (!empty)
        {
            Add(NewPrimary());
            if (!alone)
                Add(NewSecondary());
        }

        Caller = new WallCaller(Router, Clock, setting.Mode);
        _begun = Clock.GetUtcNow();
    }

    public WallSetting Setting { get; }

    public IWallProtocol Protocol => Setting.Protocol;

    public WallClock Clock => Setting.Clock;

    public bool IsBuffered => Setting.Mode == WallMode.Buffered;

    public FakeLlmServer Primary { get; }

    public FakeLlmServer Secondary { get; }

    public Router Router { get; }

    public WallCaller Caller { get; }

    public WallLedger Ledger { get; } = new();

    public WallLog Log { get; } = new();

    /// <summary>What callers got, for the invariants.</summary>
    public List<WallAnswer> Answers { get; } = [];

    /// <summary>When requests for an answer reached the primary, since the world began.</summary>
    public IReadOnlyList<TimeSpan> PrimaryTimes => TimesAt(Primary);

    public int PrimaryCount => CountAt(Primary);

    public int SecondaryCount => CountAt(Secondary);

    public ILlmProvider NewPrimary(HttpClient? client = null) =>
        Protocol.CreateProvider("primary", Primary.BaseUrl, PrimaryModel, Clock, client);

    public ILlmProvider NewSecondary() => Protocol.CreateProvider("secondary", Secondary.BaseUrl, SecondaryModel, Clock);

    /// <summary>Adds a provider with a price, so that its money is counted.</summary>
    public void Add(ILlmProvider provider) => Router.AddProvider(provider, Options);

    public ProviderOptions Options =>
        new() { Price = new ModelPrice(0.2m, 0.6m), Timeouts = Protocol.Timeouts, MaxConcurrency = Protocol.MaxConcurrency };

    public async Task<WallAnswer> AskAsync(int leaveAfter = int.MaxValue, CancellationToken cancellationToken = default)
    {
        var answer = await Caller.AskAsync(leaveAfter, cancellationToken).ConfigureAwait(false);
        lock (Answers)
            Answers.Add(answer);
        return answer;
    }

    public IReadOnlyList<TimeSpan> TimesAt(FakeLlmServer server) => [.. server.Requests.Where(Protocol.IsChat).Select(r => r.At - _begun)];

    public async ValueTask DisposeAsync()
    {
        await Router.DisposeAsync().ConfigureAwait(false);
        await Primary.DisposeAsync().ConfigureAwait(false);
        await Secondary.DisposeAsync().ConfigureAwait(false);
    }

    private int CountAt(FakeLlmServer server) => server.Requests.Count(Protocol.IsChat);
}
