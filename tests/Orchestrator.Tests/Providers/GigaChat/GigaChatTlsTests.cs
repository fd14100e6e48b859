using System.Security.Cryptography.X509Certificates;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Custom trusted roots, and client certificates.</summary>
public sealed class GigaChatTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("Russian Trusted Root CA of tests");
    private readonly string _folder = Directory.CreateTempSubdirectory("giga").FullName;

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_private_root_is_trusted_by_the_option_and_by_nothing_else()
    {
        using var certificate = _authority.Issue();
        await using var server = new FakeGigaChatServer(new FaultServerOptions { Certificate = certificate });
        server.BaseUrl.Scheme.Should().Be("https");
        using var without = GigaChatCase.NewProvider(server);
        var (_, error) = await without.FailAsync(GigaChatCase.Request(streamed: true));
        error.Kind.Should().Be(LlmErrorKind.Unavailable);
        error.Message.Should().Contain("russian_trusted_root_ca_pem.crt").And.Contain("TrustedRootsFile");
        using var roots = GigaChatCase.NewProvider(server, o => o.TrustedRoots = [_authority.Root]);
        (await roots.ReadAsync(GigaChatCase.Request(streamed: true))).Should().NotBeEmpty();
        using var file = GigaChatCase.NewProvider(server, o => o.TrustedRootsFile = Pem());
        (await file.ReadAsync(GigaChatCase.Request(streamed: false))).Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("another host")]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    [InlineData("another root")]
    [InlineData("signed by itself")]
    public async Task What_a_root_cannot_mend_is_still_refused(string what)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var other = new TestAuthority("Another root");
        using var certificate = what switch
        {
            "another host" => _authority.Issue("other.example"),
            "expired" => _authority.Issue(validFrom: now.AddDays(-30), validTo: now.AddDays(-1)),
            "not yet valid" => _authority.Issue(validFrom: now.AddDays(1), validTo: now.AddDays(30)),
            "another root" => other.Issue(),
            _ => TestAuthority.SelfSigned(),
        };
        await using var server = new FakeGigaChatServer(new FaultServerOptions { Certificate = certificate });
        using var provider = GigaChatCase.NewProvider(server, o => o.TrustedRoots = [_authority.Root]);
        var (_, error) = await provider.FailAsync(GigaChatCase.Request(streamed: true));
        error.Kind.Should().Be(LlmErrorKind.Unavailable);
        server.Requests.Should().BeEmpty("no key goes to a server that is not trusted");
        (await provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.UntrustedCertificate);
    }

    [Fact]
    public async Task A_client_certificate_stands_for_a_token()
    {
        using var certificate = _authority.Issue();
        using var mine = _authority.Issue("client");
        await using var server = new FakeGigaChatServer(new FaultServerOptions { Certificate = certificate, ClientRoot = _authority.Root })
        {
            RequireToken = false
        };
        using var provider = GigaChatCase.NewProvider(
            server, o => (o.AuthorizationKey, o.ClientCertificate, o.TrustedRoots) = (null, mine, [_authority.Root]));
        (await provider.ReadAsync(GigaChatCase.Request(streamed: true))).Should().NotBeEmpty();
        (server.LastRequest.Header("Authorization"), server.TokenRequestCount).Should().Be((null, 0));
        (await provider.DiagnoseAsync()).Problem.Should().Be(ProviderProblem.None);

        var (cert, key) = (Path.Combine(_folder, "c.pem"), Path.Combine(_folder, "k.pem"));
        await File.WriteAllTextAsync(cert, mine.ExportCertificatePem());
        using (var secret = mine.GetECDsaPrivateKey()!)
        {
            await File.WriteAllTextAsync(key, secret.ExportEncryptedPkcs8PrivateKeyPem("pass-s3cr3t", new(
                System.Security.Cryptography.PbeEncryptionAlgorithm.Aes256Cbc,
                System.Security.Cryptography.HashAlgorithmName.SHA256, 1000)));
        }

        using var files = GigaChatCase.NewProvider(server, o =>
            (o.AuthorizationKey, o.ClientCertificateFile, o.ClientKeyFile, o.ClientKeyPassword, o.TrustedRootsFile) =
                (null, cert, key, "pass-s3cr3t", Pem()));
        (await files.ReadAsync(GigaChatCase.Request(streamed: false))).Should().NotBeEmpty();
        FluentActions.Invoking(() => GigaChatCase.NewProvider(server, o =>
            (o.AuthorizationKey, o.ClientCertificateFile, o.ClientKeyFile, o.ClientKeyPassword) = (null, cert, key, "wrong-s3cr3t")))
            .Should().Throw<ArgumentException>().WithMessage("ClientCertificateFile*").Which.ToString().Should().NotContain("s3cr3t");

        using var uncertified = GigaChatCase.NewProvider(server, o => o.TrustedRoots = [_authority.Root]);
        (await uncertified.FailAsync(GigaChatCase.Request(streamed: true))).Error.Kind
            .Should().BeOneOf(LlmErrorKind.Unavailable, LlmErrorKind.StreamInterrupted);
    }

    [Fact]
    public void Files_that_are_none_are_refused_by_name()
    {
        var text = Path.Combine(_folder, "text.pem");
        File.WriteAllText(text, "nothing");
        var broken = Path.Combine(_folder, "broken.pem");
        File.WriteAllText(broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        foreach (var file in new[] { text, broken, Path.Combine(_folder, "missing.pem"), _folder })
        {
            FluentActions.Invoking(
                () => new GigaChatProvider("g", new GigaChatOptions { Model = "m", AuthorizationKey = "k", TrustedRootsFile = file }))
                .Should().Throw<ArgumentException>().WithMessage("TrustedRootsFile*");
        }
    }

    [Fact]
    public void Roots_do_not_go_with_a_client_of_ones_own()
    {
        using var client = new HttpClient();
        FluentActions.Invoking(() => new GigaChatProvider(
            "g", new GigaChatOptions { Model = "m", AuthorizationKey = "k", TrustedRoots = [_authority.Root] }, client))
            .Should().Throw<ArgumentException>().WithMessage("TrustedRoots*");
    }

    private string Pem()
    {
        var file = Path.Combine(_folder, "root.pem");
        File.WriteAllText(file, _authority.RootPem);
        return file;
    }
}
