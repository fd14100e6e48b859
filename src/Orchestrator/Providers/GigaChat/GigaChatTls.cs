using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Providers;

/// <summary>The TLS settings of a handler for GigaChat: additional roots and the client certificate.</summary>
internal sealed class GigaChatTls
{
    private readonly TrustedRoots? _roots;
    private readonly X509Certificate2? _certificate;

    private GigaChatTls(TrustedRoots? roots, X509Certificate2? certificate) => (_roots, _certificate) = (roots, certificate);

    public bool HasRoots => _roots is not null;

    public bool HasCertificate => _certificate is not null;

    /// <exception cref="ArgumentException">A file cannot be used; the message names the setting.</exception>
    public static GigaChatTls From(GigaChatOptions options) => new(
        TrustedRoots.From(options.TrustedRoots, options.TrustedRootsFile, nameof(options.TrustedRootsFile)),
        options.ClientCertificate ?? Certificate(options));

    public void ApplyTo(SocketsHttpHandler handler)
    {
        _roots?.ApplyTo(handler.SslOptions);
        if (_certificate is not null)
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(_certificate, null);
    }

    private static X509Certificate2? Certificate(GigaChatOptions options)
    {
        if (string.IsNullOrEmpty(options.ClientCertificateFile))
            return null;
        var key = string.IsNullOrEmpty(options.ClientKeyFile) ? null : options.ClientKeyFile;
        try
        {
            using var read = string.IsNullOrEmpty(options.ClientKeyPassword)
                ? X509Certificate2.CreateFromPemFile(options.ClientCertificateFile, key)
                : X509Certificate2.CreateFromEncryptedPemFile(options.ClientCertificateFile, options.ClientKeyPassword, key);
            // On some systems TLS cannot use a key that is in no store: exporting and importing as PKCS #12 puts it into one.
            return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or NotSupportedException
            or ArgumentException)
        {
            // Without the inner exception: its text may contain the password.
            throw new ArgumentException(
                $"{nameof(options.ClientCertificateFile)}, {nameof(options.ClientKeyFile)} and {nameof(options.ClientKeyPassword)} do "
                    + $"not give a certificate with its key ({error.GetType().Name}). PEM files were expected, and the password only if "
                    + "the key is encrypted.",
                nameof(options));
        }
    }
}
