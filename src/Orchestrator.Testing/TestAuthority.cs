using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Testing;

/// <summary>
/// A private certificate authority for tests: no system trusts its root, and it issues whatever is asked, expired or for another host
/// too.
/// </summary>
public sealed class TestAuthority : IDisposable
{
    private readonly TimeProvider _time;

    /// <summary>Makes a new root.</summary>
    /// <param name="name">Its common name.</param>
    /// <param name="timeProvider">The clock of validity; <see langword="null"/> for the system's.</param>
    public TestAuthority(string name = "Test root", TimeProvider? timeProvider = null)
    {
        _time = timeProvider ?? TimeProvider.System;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = _time.GetUtcNow();
        Root = request.CreateSelfSigned(now.AddYears(-2), now.AddYears(10));
    }

    /// <summary>The root, with its private key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The root's public part as PEM text, as trust stores take it.</summary>
    public string RootPem => Root.ExportCertificatePem();

    /// <summary>Issues a server certificate. The caller disposes it.</summary>
    /// <param name="host">The only host it is for, besides 127.0.0.1 when it is <c>localhost</c>.</param>
    /// <param name="validFrom">When it becomes valid; <see langword="null"/> for yesterday.</param>
    /// <param name="validTo">When it expires; <see langword="null"/> for a year from now.</param>
    /// <returns>The certificate with its private key.</returns>
    public X509Certificate2 Issue(string host = "localhost", DateTimeOffset? validFrom = null, DateTimeOffset? validTo = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = RequestFor(host, key);
        var now = _time.GetUtcNow();
        using var issued = request.Create(
            Root, validFrom ?? now.AddDays(-1), validTo ?? now.AddYears(1), RandomNumberGenerator.GetBytes(16));
        return WithKey(issued, key);
    }

    /// <summary>A server certificate that signs itself. The caller disposes it.</summary>
    /// <param name="host">The only host it is for, besides 127.0.0.1 when it is <c>localhost</c>.</param>
    /// <returns>The certificate with its private key.</returns>
    public static X509Certificate2 SelfSigned(string host = "localhost")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var signed = RequestFor(host, key).CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        return X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Whether a root has issued a certificate, whatever it is for.</summary>
    internal static bool HasIssued(X509Certificate2 root, X509Certificate? certificate)
    {
        if (certificate is null)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var own = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(own);
    }

    /// <summary>Disposes the root.</summary>
    public void Dispose() => Root.Dispose();

    private static CertificateRequest RequestFor(string host, ECDsa key)
    {
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (host == "localhost")
            names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        return request;
    }

    // TLS on some systems cannot use a key that never was in a file: the way through PKCS #12 gives it one.
    private static X509Certificate2 WithKey(X509Certificate2 issued, ECDsa key)
    {
        using var joined = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pkcs12), null);
    }
}
