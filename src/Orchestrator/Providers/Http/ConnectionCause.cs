namespace Orchestrator.Providers;

/// <summary>Why no answer came, as far as the failure shows.</summary>
internal enum ConnectionCause
{
    Unknown,
    Refused,
    NoSuchName,
    NoRoute,
    NotInTime,

    /// <summary>Ended by the other side in the middle of the TLS handshake.</summary>
    EndedInHandshake,

    /// <summary>Ended by the other side after the connection was made.</summary>
    Ended,

    /// <summary>The answer to the TLS hello was not TLS.</summary>
    NoTls,

    /// <summary>The same, and it was plain HTTP.</summary>
    PlainHttp,

    /// <summary>The address says http, and the server speaks TLS.</summary>
    TlsWanted,

    /// <summary>No version of TLS in common.</summary>
    TlsVersion,

    /// <summary>Refused in the handshake without a reason: mostly version or ciphers.</summary>
    TlsRefused,

    ClientCertificate,
    Certificate,
    UntrustedRoot,
    OtherHost,
    NotValidNow,
    Proxy,
    ProxyCredentials,
}
