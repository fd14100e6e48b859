namespace Orchestrator.Providers;

/// <summary>Why no answer came over a connection, as far as the failure tells.</summary>
internal enum ConnectionCause
{
    Unknown,
    Refused,
    NoSuchName,
    NoRoute,
    NotInTime,

    /// <summary>Ended by the other side in the middle of the TLS handshake.</summary>
    EndedInHandshake,

    /// <summary>Ended by the other side after the connection was there.</summary>
    Ended,

    /// <summary>What answered the TLS hello was no TLS.</summary>
    NoTls,

    /// <summary>The same, and it is known to be plain HTTP.</summary>
    PlainHttp,

    /// <summary>Asked by http, and TLS is what is spoken there.</summary>
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
