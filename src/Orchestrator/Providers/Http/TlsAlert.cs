using System.ComponentModel;

namespace Orchestrator.Providers;

/// <summary>Reads the TLS library's error: alerts of the server by the numbers of OpenSSL, and the codes of Windows.</summary>
internal static class TlsAlert
{
    // OpenSSL: 8 bits for the part of the library, 23 for the reason. A received alert has its number (RFC 8446 §6) plus 1,000.
    private const int SslPart = 0x0A000000;
    private const int ReasonMask = 0x7FFFFF;
    private const int Received = 1000;

    public static ConnectionCause? Of(Exception error) => error switch
    {
        Win32Exception { NativeErrorCode: var code } => unchecked((uint)code) switch
        {
            // SEC_E_UNSUPPORTED_FUNCTION and SEC_E_ALGORITHM_MISMATCH: no version or cipher in common. SEC_E_ILLEGAL_MESSAGE: the server's
            // alert.
            0x80090302 or 0x80090331 => ConnectionCause.TlsVersion,
            0x80090326 => ConnectionCause.TlsRefused,
            _ => null,
        },
        _ => (error.HResult & ~ReasonMask) == SslPart ? OfReason(error.HResult & ReasonMask) : null,
    };

    private static ConnectionCause? OfReason(int reason) => reason switch
    {
        // Found by this side: unsupported protocol, wrong version number, no protocols available.
        258 or 266 or 267 or 191 => ConnectionCause.TlsVersion,
        // A cipher that was not offered or is unknown: the two sides do not agree.
        185 or 248 or 261 or 193 => ConnectionCause.TlsRefused,
        Received + 70 or Received + 86 => ConnectionCause.TlsVersion,
        Received + 40 or Received + 71 or Received + 80 or Received + 112 => ConnectionCause.TlsRefused,
        // About the client's certificate: bad, unsupported, revoked, expired, unknown, of an unknown authority, without access, and
        // missing.
        (>= Received + 41 and <= Received + 46) or Received + 48 or Received + 49 or Received + 116 => ConnectionCause.ClientCertificate,
        > Received and < Received + 256 => ConnectionCause.TlsRefused,
        _ => null,
    };
}
