using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Providers;

/// <summary>
/// Trusts additional roots besides the system's. The system checks first; a chain that it rejects is checked again with the additional
/// roots and by the same rules for host name, validity and purpose.
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
            // Throws, because the client reports no reason for a mere "false".
            ? true
            : throw new AuthenticationException($"The remote certificate is invalid: {why}");

    internal bool IsTrusted(X509Certificate? certificate, X509Chain? systems, SslPolicyErrors errors) =>
        IsTrusted(certificate, systems, errors, out _);

    /// <param name="certificate">The server's.</param>
    /// <param name="systems">The chain that the system built.</param>
    /// <param name="errors">The errors that the system found.</param>
    /// <param name="why">Set to the names of the errors, as in the platform's enumerations.</param>
    private bool IsTrusted(X509Certificate? certificate, X509Chain? systems, SslPolicyErrors errors, out string why)
    {
        why = errors.ToString();
        if (errors == SslPolicyErrors.None)
            return true;
        // Additional roots do not help against a wrong host name or a missing certificate.
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
            // Without the inner exception: it repeats the file name, which may be a secret in the wrong setting.
            throw new ArgumentException(
                $"{setting} names a file that cannot be read as certificates ({error.GetType().Name}); a PEM file with '-----BEGIN "
                    + "CERTIFICATE-----' was expected.",
                setting);
        }
    }
}
