using System.Security.Authentication;

namespace Orchestrator.Testing.Wall;

/// <summary>F4 to F9: the way in is barred by TLS.</summary>
internal static class TlsScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("F04", "TLS that says nothing", SilentAsync, WallMode.Buffered);
            yield return WallScenario.OfMany("F05", "certificates: expired, future, wrong host", CertificatesAsync);
            yield return WallScenario.OfMany("F09", "TLS 1.0 only; plain text on the TLS port", VersionsAsync);
        }
    }

    /// <summary>The connect limit holds in real time, which the clock therefore lets pass.</summary>
    private static async Task SilentAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var silent = new FaultServer(static connection => connection.StallAsync(), new FaultServerOptions { TimeProvider = setting.Clock });
        await using (silent.ConfigureAwait(false))
        {
            await ConnectAsync(setting, checks, tally, "silent", new Uri($"https://localhost:{silent.Port}/"), TimeSpan.FromSeconds(6), LlmErrorKind.Timeout, LlmErrorKind.Unavailable).ConfigureAwait(false);
        }
    }

    private static async Task CertificatesAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        using var authority = new TestAuthority();
        var now = TimeProvider.System.GetUtcNow();
        using var expired = authority.Issue(validFrom: now.AddDays(-20), validTo: now.AddDays(-10));
        using var future = authority.Issue(validFrom: now.AddDays(10), validTo: now.AddDays(20));
        using var other = authority.Issue("elsewhere.example");
        foreach (var (certificate, what) in new[] { (expired, "expired"), (future, "future"), (other, "wrong host") })
        {
            var server = setting.Protocol.StartServer(new FaultServerOptions { TimeProvider = setting.Clock, Certificate = certificate });
            await using (server.ConfigureAwait(false))
                await ConnectAsync(setting, checks, tally, what, server.Address, TimeSpan.FromSeconds(2), LlmErrorKind.Unavailable).ConfigureAwait(false);
        }
    }

    private static async Task VersionsAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        using var certificate = TestAuthority.SelfSigned();
#pragma warning disable SYSLIB0039, CA5397 // An old version is the point.
        var options = new FaultServerOptions { TimeProvider = setting.Clock, Certificate = certificate, Protocols = SslProtocols.Tls };
#pragma warning restore SYSLIB0039, CA5397
        var old = setting.Protocol.StartServer(options);
        var plain = new FaultServer(AnswerPlainlyAsync, new FaultServerOptions { TimeProvider = setting.Clock });
        await using (old.ConfigureAwait(false))
        await using (plain.ConfigureAwait(false))
        {
            await ConnectAsync(setting, checks, tally, "TLS 1.0", old.Address, TimeSpan.FromSeconds(2), LlmErrorKind.Unavailable).ConfigureAwait(false);
            await ConnectAsync(setting, checks, tally, "plain text", new Uri($"https://localhost:{plain.Port}/"), TimeSpan.FromSeconds(2), LlmErrorKind.Unavailable).ConfigureAwait(false);
        }
    }

    private static async Task AnswerPlainlyAsync(FaultConnection connection)
    {
        _ = await connection.ReadSomeAsync().ConfigureAwait(false);
        await connection.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").ConfigureAwait(false);
    }

    /// <summary>The first provider cannot be reached at this address. In the order added, so that no probe moves it to the end.</summary>
    private static async Task ConnectAsync(WallSetting setting, WallChecks checks, WallTally tally, string what, Uri address, TimeSpan bound, params LlmErrorKind[] kinds)
    {
        var world = new WallWorld(setting, options => options.CustomStrategy = new InOrder(), empty: true);
        await using (world.ConfigureAwait(false))
        {
            world.Add(setting.Protocol.CreateProvider("primary", setting.Protocol.BaseOf(address), WallWorld.PrimaryModel, world.Clock));
            world.Add(world.NewSecondary());
            WallAnswer answer;
            using (world.Clock.Hold())
                answer = await world.AskAsync().ConfigureAwait(false);
            var first = world.Ledger.Of("primary").FirstOrDefault();
            checks.Required(answer.IsComplete, $"{what}: {answer.Said}");
            checks.Required(first?.Error is { } error && kinds.Contains(error.Kind), $"{what}: {first?.Error?.Kind.ToString() ?? "not asked"}");
            checks.Required(answer.Took <= bound, $"{what}: took {answer.Took.TotalSeconds:0.0} s, {bound.TotalSeconds:0} allowed");
            await tally.CloseAsync(world, checks).ConfigureAwait(false);
        }
    }

    /// <summary>As added, without asking anybody beforehand.</summary>
    private sealed class InOrder : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context) => candidates;
    }
}
