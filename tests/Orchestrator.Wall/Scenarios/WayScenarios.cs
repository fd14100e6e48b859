using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Wall;

/// <summary>F2, F3, F48: names, the first packet and proxies lead nowhere.</summary>
internal static class WayScenarios
{
    // Time in which the clock may have run as outside.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("F02", "the name server answers too late", NameAsync);
            yield return WallScenario.OfMany("F03", "the first packet is dropped", DroppedAsync);
            yield return WallScenario.OfMany("F48", "a proxy of the environment that is dead", ProxyAsync);
        }
    }

    /// <summary>
    /// The connect limit. YandexGPT asks for its token first, by a GET, which with a client that was handed in has no limit for connecting:
    /// the first token's ends it.
    /// </summary>
    private static TimeSpan BoundOf(WallSetting setting) =>
        (setting.Protocol.Name == "yandexgpt" ? TimeoutOptions.Default.FirstToken : TimeoutOptions.Default.Connect)!.Value + Slack;

    private static async Task NameAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = NeverAsync }) { Timeout = Timeout.InfiniteTimeSpan };
        await new BarredWay("slow name server", world => world.NewPrimary(client), LlmErrorKind.Timeout,
            LlmErrorKind.Unavailable)
        { Bound = BoundOf(setting), IsReal = false, Attempts = 1 }
            .RunAsync(setting, checks, tally).ConfigureAwait(false);

        static async ValueTask<Stream> NeverAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            return Stream.Null;
        }
    }

    /// <summary>
    /// No process accepts, and the queue of connections to accept is full: Linux drops further ones without an answer.
    /// </summary>
    private static async Task DroppedAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        if (!OperatingSystem.IsLinux())
        {
            tally.Skipped = "only Linux drops what a full queue cannot take";
            return;
        }

        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var waiting = Enumerable.Range(0, 4).Select(
            _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false }).ToList();
        try
        {
            foreach (var socket in waiting)
                Begin(socket, listener.LocalEndPoint!);
            var address = setting.Protocol.BaseOf(new Uri($"http://{listener.LocalEndPoint}/"));
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
            await RunAsync(client).ConfigureAwait(false);
            // Of a client of our own the limit is the handler's, in real time: once is enough.
            if (setting.Mode == WallMode.Buffered)
                await RunAsync(null).ConfigureAwait(false);

            Task RunAsync(HttpClient? client) =>
                new BarredWay("dropped", world => setting.Protocol.CreateProvider(
                    "primary", address, WallWorld.PrimaryModel, world.Clock, client), LlmErrorKind.Timeout)
                {
                    Bound = BoundOf(setting),
                    IsReal = client is null,
                    Attempts = 1,
                }.RunAsync(setting, checks, tally);
        }
        finally
        {
            waiting.ForEach(s => s.Dispose());
        }

        static void Begin(Socket socket, EndPoint there)
        {
            try
            {
                socket.Connect(there);
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // On its way, or dropped already.
            }
        }
    }

    /// <summary>
    /// What <c>HTTP_PROXY</c> sets is the process's default proxy. It is used for every address but those of the machine itself, and a
    /// client with a way of its own does not need it.
    /// </summary>
    private static async Task ProxyAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        if (setting.Protocol.Name == "yandexgpt")
        {
            tally.Skipped = "its token comes from the machine's metadata service, which is asked past any proxy";
            return;
        }

        using var closed = new ClosedPort();
        var before = HttpClient.DefaultProxy;
        try
        {
            HttpClient.DefaultProxy = new WebProxy(closed.Address);
            using var direct = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
            var world = new WallWorld(setting, empty: true);
            await using (world.ConfigureAwait(false))
            {
                // A name that no server has: were the proxy passed by, the error would be another.
                var vendor = setting.Protocol.BaseOf(new Uri("http://vendor.invalid/"));
                var primary = world.Protocol.CreateProvider("primary", vendor, WallWorld.PrimaryModel, world.Clock);
                world.Add(primary);
                world.Add(
                    world.Protocol.CreateProvider("secondary", world.Secondary.BaseUrl, WallWorld.SecondaryModel, world.Clock, direct));
                WallAnswer answer;
                using (world.Clock.Hold())
                    answer = await world.AskAsync().ConfigureAwait(false);
                checks.Required(answer.IsComplete && answer.Route?.Provider.Name == "secondary", $"dead proxy: {answer.Said}");
                // By its probe the router knows that it cannot be reached; what a call meets is tested by itself.
                var error = await ErrorOfAsync(primary).ConfigureAwait(false);
                checks.Required(error?.Kind == LlmErrorKind.Unavailable && WasRefused(error),
                    $"dead proxy: not Unavailable, or passed by: {error?.Kind} {error?.InnerException}");
                checks.Required(answer.Took <= TimeSpan.FromSeconds(2), $"dead proxy: took {answer.Took.TotalSeconds:0.0} s, 2 allowed");
                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }
    private static bool WasRefused(Exception? error) =>
        error is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            || (error is not null && WasRefused(error.InnerException));

    private static async Task<LlmException?> ErrorOfAsync(ILlmProvider provider)
    {
        try
        {
            var updates = provider.GenerateAsync(new LlmRequest("Hello") { Streaming = true }, CancellationToken.None);
            await foreach (var update in updates.ConfigureAwait(false))
                _ = update;
            return null;
        }
        catch (LlmException error)
        {
            return error;
        }
    }
}
