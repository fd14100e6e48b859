namespace Orchestrator;

/// <summary>What can be wrong with a provider's settings, as <see cref="IProviderDiagnostics.DiagnoseAsync"/> tells them apart.</summary>
public enum ProviderProblem
{
    /// <summary>Nothing: the provider can serve.</summary>
    None = 0,

    /// <summary>Nothing answers at the address: wrong host or port, no network, or the server is not running.</summary>
    Unreachable,

    /// <summary>The server's certificate is not trusted: a root certificate is missing, has expired or belongs to another host.</summary>
    UntrustedCertificate,

    /// <summary>The credentials cannot be what the vendor gives out: another format, or cut when they were copied.</summary>
    MalformedCredentials,

    /// <summary>The vendor does not know the credentials, or none were set.</summary>
    WrongCredentials,

    /// <summary>The credentials were good once and have expired.</summary>
    ExpiredCredentials,

    /// <summary>The credentials are good for another scope; the message names the one that fits where it could be found out.</summary>
    WrongScope,

    /// <summary>The account lacks the role this needs.</summary>
    MissingRole,

    /// <summary>The credentials belong to another folder or project than the one that is set.</summary>
    WrongFolder,

    /// <summary>The money or the package of tokens is used up.</summary>
    Unpaid,

    /// <summary>The service does not have the model.</summary>
    UnknownModel,

    /// <summary>The service is there and asks to come back later.</summary>
    RateLimited,

    /// <summary>Something else; <see cref="ProviderDiagnosis.Error"/> has it.</summary>
    Other,

    /// <summary>A TLS connection cannot be made, though not because of a certificate: the server has another version of TLS or none at all, or has TLS
    /// where the address says http.</summary>
    TlsFailure,

    /// <summary>The server wants a certificate of the client (mutual TLS), and none is set, or one that it does not accept.</summary>
    ClientCertificateRequired,

    /// <summary>A proxy on the way refuses to connect, or asks for a user and password.</summary>
    ProxyRefused,
}
