using System.Security.Authentication;

namespace Orchestrator.Wall;

/// <summary>F4 to F10: the way in is barred by TLS.</summary>
internal static class TlsScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfMany("F04", "TLS that says nothing", SilentAsync, WallMode.Buffered);
            yield return WallScenario.OfMany("F05", "certificates: expired, future, wrong host", CertificatesAsync);
            yield return WallScenario.OfMany("F09", "TLS 1.0 only; plain text on the TLS port", VersionsAsync);
            yield return WallScenario.OfMany("F10", "a client certificate is wanted", ClientCertificateAsync);
        }
    }

    /// <summary>The connect limit holds in real time, which the clock therefore lets pass.</summary>
    private static async Task SilentAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        var silent = new FaultServer(static connection => connection.StallAsync(), new FaultServerOptions { TimeProvider = setting.Clock });
        await using (silent.ConfigureAwait(false))
        {
            await ConnectAsync(setting, checks, tally, "silent", new Uri($"https://localhost:{silent.Port}/"), TimeSpan.FromSeconds(6),
                LlmErrorKind.Timeout, LlmErrorKind.Unavailable).ConfigureAwait(false);
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
                await ConnectAsync(
                    setting, checks, tally, what, server.Address, TimeSpan.FromSeconds(2), LlmErrorKind.Unavailable).ConfigureAwait(false);
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
            await ConnectAsync(
                setting, checks, tally, "TLS 1.0", old.Address, TimeSpan.FromSeconds(2), LlmErrorKind.Unavailable).ConfigureAwait(false);
            await ConnectAsync(setting, checks, tally, "plain text", new Uri($"https://localhost:{plain.Port}/"), TimeSpan.FromSeconds(2),
                LlmErrorKind.Unavailable).ConfigureAwait(false);
        }
    }

    /// <summary>Refused in the handshake, or by a gateway that accepts every client and then says what is missing.</summary>
    private static async Task ClientCertificateAsync(WallSetting setting, WallChecks checks, WallTally tally)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue();
        var strict = setting.Protocol.StartServer(
            new FaultServerOptions { TimeProvider = setting.Clock, Certificate = certificate, ClientRoot = authority.Root });
        var gateway = setting.Protocol.StartServer(new FaultServerOptions { TimeProvider = setting.Clock, Certificate = certificate });
        await using (strict.ConfigureAwait(false))
        await using (gateway.ConfigureAwait(false))
        {
            gateway.Always = Fault.Status(
                400, "<html><head><title>400 No required SSL certificate was sent</title></head></html>", "text/html");
            using var trusting = Trusting();
            await new BarredWay("refused in the handshake", At(strict), LlmErrorKind.Unavailable) { Attempts = 2 }
                .RunAsync(setting, checks, tally).ConfigureAwait(false);
            await new BarredWay("refused by a gateway", At(gateway), LlmErrorKind.Authentication, LlmErrorKind.Permission,
                LlmErrorKind.MalformedResponse)
            { Attempts = 1 }.RunAsync(setting, checks, tally).ConfigureAwait(false);
            checks.Required(strict.Requests.Count == 0, "a prompt reached a server that had not let the caller in");

            Func<WallWorld, ILlmProvider> At(FakeLlmServer server) =>
                world => setting.Protocol.CreateProvider("primary", server.BaseUrl, WallWorld.PrimaryModel, world.Clock, trusting);
        }

        HttpClient Trusting() => new(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => TestAuthority.HasIssued(authority.Root, shown) },
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    private static async Task AnswerPlainlyAsync(FaultConnection connection)
    {
        _ = await connection.ReadSomeAsync().ConfigureAwait(false);
        await connection.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").ConfigureAwait(false);
    }

    private static Task ConnectAsync(
        WallSetting setting, WallChecks checks, WallTally tally, string what, Uri address, TimeSpan bound, params LlmErrorKind[] kinds) =>
        new BarredWay(what, world => setting.Protocol.CreateProvider(
            "primary", setting.Protocol.BaseOf(address), WallWorld.PrimaryModel, world.Clock), kinds)
        { Bound = bound }
            .RunAsync(setting, checks, tally);
}
