using System.Net.Sockets;

namespace Orchestrator.Wall;

/// <summary>N01, N09: the primary's address leads nowhere, or to another server.</summary>
internal static class ReachabilityScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("N01", "refused, unknown host, certificate not trusted", async (setting, checks, tally) =>
            {
                using var closed = new ClosedPort();
                using var certificate = TestAuthority.SelfSigned();
                await RefusedAsync(setting, checks, tally, "refused", "refused", w => setting.Protocol.CreateProvider(
                    "primary", setting.Protocol.BaseOf(closed.Address), WallWorld.PrimaryModel, w.Clock)).ConfigureAwait(false);
                using var lost = NoSuchHost();
                await RefusedAsync(
                    setting, checks, tally, "unknown host", "HostNotFound|NameResolution", w => w.NewPrimary(lost)).ConfigureAwait(false);
                await RefusedAsync(setting, checks, tally, "untrusted", "certificate|SecureConnection", w => w.NewPrimary(),
                    new FaultServerOptions { Certificate = certificate }).ConfigureAwait(false);
            });
            yield return WallScenario.OfMany("N09", "a redirect to another host", RedirectAsync);
        }
    }

    /// <summary>Once beside a healthy provider, once alone: the answer comes at once, and the error names the cause.</summary>
    private static async Task RefusedAsync(
        WallSetting setting, WallChecks checks, WallTally tally, string what, string words, Func<WallWorld, ILlmProvider> primary,
        FaultServerOptions? server = null)
    {
        foreach (var alone in new[] { false, true })
        {
            var world = new WallWorld(setting, empty: true, primaryServer: server);
            await using (world.ConfigureAwait(false))
            {
                world.Add(primary(world));
                if (!alone)
                    world.Add(world.NewSecondary());
                WallAnswer answer;
                // A handshake and a refused connection are real work that no clock of ours drives.
                using (world.Clock.Hold())
                    answer = await world.AskAsync().ConfigureAwait(false);
                checks.Required(answer.Took < TimeSpan.FromSeconds(3), $"{what}: took {answer.Took.TotalSeconds:0.0} s");
                if (alone)
                {
                    checks.Required(answer.LlmError?.Kind == LlmErrorKind.Unavailable, $"{what}: {answer.Said}, Unavailable expected");
                    var said = $"{answer.Error?.Message} {(answer.Error as AllProvidersFailedException)?.Attempts[^1].Error?.Message}";
                    checks.Required(words.Split('|').Any(
                        w => said.Contains(w, StringComparison.OrdinalIgnoreCase)), $"{what}: the message does not name the cause");
                }
                else
                {
                    checks.Required(answer.IsComplete, $"{what}: {answer.Said}");
                }

                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
    }

    private static async Task RedirectAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        foreach (var status in new[] { 301, 302, 303, 307, 308 })
        {
            var world = new WallWorld(setting);
            var thief = setting.Protocol.StartServer(new FaultServerOptions { TimeProvider = setting.Clock });
            await using (world.ConfigureAwait(false))
            await using (thief.ConfigureAwait(false))
            {
                world.Primary.Always = Fault.Redirect(new Uri(thief.BaseUrl, "elsewhere"), status);
                var answer = await world.AskAsync().ConfigureAwait(false);
                checks.Required(answer.IsComplete, $"{status}: {answer.Said}");
                checks.Required(thief.ConnectionCount == 0, $"{status}: followed to another host");
                checks.Required(world.Ledger.Of("primary").All(
                    a => a.Error?.Kind == LlmErrorKind.MalformedResponse), $"{status}: not MalformedResponse");
                await tally.CloseAsync(world, checks).ConfigureAwait(false);
            }
        }
    }

    private static HttpClient NoSuchHost() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectCallback = static (_, _) => throw new SocketException((int)SocketError.HostNotFound),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
