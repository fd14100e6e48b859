using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Providers;

/// <summary>
/// Trusts roots of its own besides the system's. The system is asked first; only a chain it finds fault with is looked at again with the
/// own roots, and by the same rules: host name, validity and purpose still have to be right.
/// </summary>
internal sealed class TrustedRoots
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection _roots;

    private TrustedRoots(X509Certificate2Collection roots) => _roots = roots;

    /// <summary>The roots of a collection and of a PEM file together; null when there are none.</summary>
    /// <exception cref="ArgumentException">The file cannot be read or holds no certificate.</exception>
    public static TrustedRoots? From(X509Certificate2Collection? collection, string? file, string fileSetting)
    {
        var roots = new X509Certificate2Collection();
        if (collection is not null)
            roots.AddRange(collection);
        if (!string.IsNullOrEmpty(file))
        {
            var before = roots.Count;
            Import(roots, file, fileSetting);
            if (roots.Count == before)
            {
                throw new ArgumentException(
                    $"{fileSetting} names a file without a certificate; a PEM file with '-----BEGIN CERTIFICATE-----' was expected.",
                    fileSetting);
            }
        }

        return roots.Count == 0 ? null : new TrustedRoots(roots);
    }

    public void ApplyTo(SslClientAuthenticationOptions options) =>
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => IsTrusted(certificate, chain, errors, out var why)
            // Of a mere "no" the client would only hear that there was one.
            ? true
            : throw new AuthenticationException($"The remote certificate is invalid: {why}");

    internal bool IsTrusted(X509Certificate? certificate, X509Chain? systems, SslPolicyErrors errors) =>
        IsTrusted(certificate, systems, errors, out _);

    /// <param name="certificate">The server's.</param>
    /// <param name="systems">What the system made of it.</param>
    /// <param name="errors">What the system found.</param>
    /// <param name="why">What is wrong with it, by the names of the platform's enumerations.</param>
    private bool IsTrusted(X509Certificate? certificate, X509Chain? systems, SslPolicyErrors errors, out string why)
    {
        why = errors.ToString();
        if (errors == SslPolicyErrors.None)
            return true;
        // A wrong host name, or no certificate, no root can mend.
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 leaf)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (systems is not null)
        {
            // The intermediates that the server sent.
            chain.ChainPolicy.ExtraStore.AddRange(systems.ChainPolicy.ExtraStore);
            foreach (var element in systems.ChainElements)
                chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        try
        {
            var isGood = chain.Build(leaf);
            why = string.Join(", ", chain.ChainStatus.Select(s => s.Status));
            return isGood;
        }
        finally
        {
            foreach (var element in chain.ChainElements)
                element.Certificate.Dispose();
        }
    }

    private static void Import(X509Certificate2Collection roots, string file, string setting)
    {
        try
        {
            roots.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or NotSupportedException
            or ArgumentException)
        {
            // Not the cause itself: it repeats the name of the file, which may be a secret that was put into the wrong line.
            throw new ArgumentException(
                $"{setting} names a file that cannot be read as certificates ({error.GetType().Name}); a PEM file with '-----BEGIN "
                    + "CERTIFICATE-----' was expected.",
                setting);
        }
    }
}
