using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.OpenAiCompatible;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Why a connection cannot be made, as the checks of all vendors and the errors of calls report it.</summary>
public sealed class ConnectionDiagnosisTests : IDisposable
{
    private static readonly byte[] ProtocolVersion = [0x15, 3, 1, 0, 2, 2, 70];
    private static readonly byte[] HandshakeFailure = [0x15, 3, 3, 0, 2, 2, 40];

    private readonly TestAuthority _authority = new();
    private readonly List<IDisposable> _used = [];

    public static TheoryData<string, string, string[], string[]> Servers => new()
    {
        { "TLS 1.1 alert", "TlsFailure", ["TLS 1.2"], ["trust", "root", "Nothing answers"] },
        { "TLS 1.1 only", "TlsFailure", ["TLS 1.2"], ["trusted", "root", "Nothing answers"] },
        { "handshake refused", "TlsFailure", ["TLS 1.2"], ["trusted", "root", "Nothing answers"] },
        { "plain http", "TlsFailure", ["http is meant"], ["trust", "root", "Nothing answers"] },
        { "another protocol", "TlsFailure", ["speaks no TLS"], ["trust", "root", "Nothing answers"] },
        { "closed in the handshake", "TlsFailure", ["during the TLS handshake"], ["trusted", "root", "Nothing answers"] },
        { "reset in the handshake", "TlsFailure", ["during the TLS handshake"], ["trusted", "root", "Nothing answers"] },
        { "http to TLS", "TlsFailure", ["https is meant"], ["trust", "root", "Nothing answers"] },
        { "client certificate", "ClientCertificateRequired", ["certificate of the client"], ["trusted", "Nothing answers"] },
        { "client certificate, TLS 1.2", "ClientCertificateRequired", ["certificate of the client"], ["trusted", "Nothing answers"] },
        { "client certificate, nginx", "ClientCertificateRequired", ["certificate of the client"], ["trusted", "Nothing answers", "key"] },
        { "unknown root", "UntrustedCertificate", ["not trust"], ["expired", "another host", "Nothing answers"] },
        { "another host", "UntrustedCertificate", ["another host"], ["expired", "Nothing answers"] },
        { "expired", "UntrustedCertificate", ["expired", "clock"], ["another host", "Nothing answers"] },
        { "closed port", "Unreachable", ["refused"], ["certificate"] },
        { "no such name", "Unreachable", ["name"], ["certificate"] },
        { "closed after TLS", "Unreachable", ["closed the connection"], ["trusted", "Nothing answers"] },
    };

    public void Dispose()
    {
        _authority.Dispose();
        foreach (var used in _used)
            used.Dispose();
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task The_checks_of_all_vendors_say_what_is_so(string server, string problem, string[] said, string[] unsaid)
    {
        var (running, address) = Start(server);
        await using (running)
        {
            foreach (var provider in Providers(address, Trusting(server)))
            {
                var found = await ((IProviderDiagnostics)provider).DiagnoseAsync();
                found.Problem.ToString().Should().Be(problem, $"{provider.GetType().Name} said: {found.Message}");
                found.Message.Should().ContainAll(said).And.NotContainAny(unsaid);
                found.Error.Should().NotBeNull();
                ((IDisposable)provider).Dispose();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task The_errors_of_calls_do_not_name_a_wrong_cause(string server, string problem, string[] said, string[] unsaid)
    {
        var (running, address) = Start(server);
        await using (running)
        {
            foreach (var provider in Providers(address, Trusting(server)))
            {
                foreach (var streamed in new[] { true, false })
                {
                    var (_, error) = await provider.FailAsync(Wire.Ask(streamed));
                    // What takes a second look the check alone can tell.
                    if (server is not "http to TLS")
                        error.Message.Should().ContainAll(said);
                    error.Message.Should().NotContainAny(unsaid, $"the problem is {problem}");
                }

                ((IDisposable)provider).Dispose();
            }
        }
    }

    [Fact]
    public async Task A_certificate_that_the_roots_of_the_settings_do_not_fit_is_reported_with_the_reason()
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (certificate, words) in new[]
        {
            (_authority.Issue(validFrom: now.AddDays(-20), validTo: now.AddDays(-10)), "expired"),
            (_authority.Issue("elsewhere.example"), "another host"),
            (TestAuthority.SelfSigned(), "not trust"),
        })
        {
            _used.Add(certificate);
            await using var server = new FakeGigaChatServer(new FaultServerOptions { Certificate = certificate });
            using var provider = GigaChat.GigaChatCase.NewProvider(server, o => o.TrustedRoots = [_authority.Root]);
            (await provider.DiagnoseAsync()).Message.Should().Contain(words);
            (await provider.FailAsync(Wire.Ask(streamed: true))).Error.Message.Should().Contain(words);
        }
    }

    [Fact]
    public async Task A_server_that_wants_https_and_says_so_is_reported()
    {
        foreach (var words in new[] { "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>",
            "Client sent an HTTP request to an HTTPS server.\n" })
        {
            await using var server = new FakeOpenAiServer();
            server.Always = Fault.Status(400, words, words[0] == '<' ? "text/html" : "text/plain");
            server.EnqueueFor("/v1/models", Fault.Status(400, words, words[0] == '<' ? "text/html" : "text/plain"));
            using var provider = new OpenAiCompatibleProvider("wired", new() { BaseUrl = server.BaseUrl, Model = "m" });
            var found = await provider.DiagnoseAsync();
            found.Problem.ToString().Should().Be("TlsFailure");
            found.Message.Should().Contain("https is meant");
        }
    }

    private (IAsyncDisposable Server, Uri Address) Start(string what)
    {
        var now = TimeProvider.System.GetUtcNow();
        switch (what)
        {
            case "TLS 1.1 alert":
                return Secure(Raw(ProtocolVersion));
            case "handshake refused":
                return Secure(Raw(HandshakeFailure));
            case "another protocol":
                return Secure(Raw("SSH-2.0-OpenSSH_9.6\r\n"u8.ToArray()));
            case "plain http":
                return Secure(Raw("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray()));
            case "closed in the handshake":
                return Secure(Raw([]));
            case "reset in the handshake":
                return Secure(new FaultServer(async connection =>
                {
                    await connection.ReadSomeAsync();
                    connection.Reset();
                }));
            case "TLS 1.1 only":
#pragma warning disable SYSLIB0039, CA5397 // An old version is the point.
                return Tls(new() { Certificate = Issue(), Protocols = SslProtocols.Tls11 });
#pragma warning restore SYSLIB0039, CA5397
            case "http to TLS":
                var tls = Tls(new() { Certificate = Issue() });
                return (tls.Server, new UriBuilder(tls.Address) { Scheme = "http", Host = "127.0.0.1" }.Uri);
            case "client certificate":
                return Tls(new() { Certificate = Issue(), ClientRoot = _authority.Root });
            case "client certificate, TLS 1.2":
                return Tls(new() { Certificate = Issue(), ClientRoot = _authority.Root, Protocols = SslProtocols.Tls12 });
            case "client certificate, nginx":
                return Tls(
                    new() { Certificate = Issue() }, "<html><head><title>400 No required SSL certificate was sent</title></head></html>");
            case "unknown root":
                return Tls(new() { Certificate = Issue() });
            case "another host":
                return Tls(new() { Certificate = Issue("elsewhere.example") });
            case "expired":
                return Tls(new() { Certificate = Issue("localhost", now.AddDays(-20), now.AddDays(-10)) });
            case "closed after TLS":
                return Tls(new() { Certificate = Issue() });
            case "closed port":
                var port = new ClosedPort();
                _used.Add(port);
                return (new Nothing(), port.Address);
            default:
                return (new Nothing(), new Uri("https://no-such-host.invalid/"));
        }

        static FaultServer Raw(byte[] answer) => new(async connection =>
        {
            await connection.ReadSomeAsync();
            await connection.WriteAsync(answer);
        });

        static (IAsyncDisposable, Uri) Secure(FaultServer server) => (server, new Uri($"https://localhost:{server.Port}/"));

        static (IAsyncDisposable Server, Uri Address) Tls(FaultServerOptions options, string? page = null)
        {
            var server = new FaultServer(
                async connection =>
                {
                    // To its end: what is left unread would make a reset of the close.
                    _ = await connection.ReadRequestAsync();
                    if (page is not null)
                        await connection.WriteAsync(
                            $"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nContent-Length: {page.Length}\r\n\r\n{page}");
                },
                options);
            return (server, server.Address);
        }
    }

    private X509Certificate2 Issue(string host = "localhost", DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var issued = _authority.Issue(host, from, to);
        _used.Add(issued);
        return issued;
    }

    /// <summary>Whether the certificate of the server is to be trusted, so that what comes after it is seen;
    /// null for a client of the provider's own.</summary>
    private HttpClient? Trusting(string server)
    {
        if (server is "unknown root" or "closed port" or "no such name" or "plain http" or "another protocol" or "TLS 1.1 alert"
            or "handshake refused")
            return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_authority.Root);
        var client = new HttpClient(
            new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } })
        {
            Timeout = Timeout.InfiniteTimeSpan
        };
        _used.Add(client);
        return client;
    }

    private static ILlmProvider[] Providers(Uri address, HttpClient? client) =>
    [
        new OpenAiCompatibleProvider("wired", new() { BaseUrl = new Uri(address, "v1"), Model = "m" }, client),
        new OllamaProvider("wired", new() { BaseUrl = address, Model = "m" }, client),
        new YandexGptProvider("wired", new() { BaseUrl = address, Model = "m", FolderId = "b1g", ApiKey = "AQVNx" }, client),
        new GigaChatProvider(
            "wired", new() { BaseUrl = address, AuthUrl = address, Model = "m", AuthorizationKey = FakeGigaChatServer.DefaultKey }, client),
    ];

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => default;
    }
}
