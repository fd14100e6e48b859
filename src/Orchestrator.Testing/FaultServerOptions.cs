using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Orchestrator.Testing;

/// <summary>Where and how a test server listens. Read once, when the server starts.</summary>
public sealed class FaultServerOptions
{
    /// <summary>The port on the loopback address.</summary>
    /// <value>0: a free one.</value>
    public int Port { get; set; }

    /// <summary>The certificate to speak TLS with; see <see cref="TestAuthority"/>. Not disposed by the server.</summary>
    /// <value><see langword="null"/>: plain TCP.</value>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>
    /// The root that certificates of clients must be issued by, for mutual TLS; others, and clients without one, are refused.
    /// </summary>
    /// <value><see langword="null"/>: no certificate is asked for.</value>
    public X509Certificate2? ClientRoot { get; set; }

    /// <summary>The versions of TLS that are offered.</summary>
    /// <value><see cref="SslProtocols.None"/>: the system's choice.</value>
    public SslProtocols Protocols { get; set; }

    /// <summary>How many connections are served at once. More wait unaccepted.</summary>
    /// <value>1,024.</value>
    public int MaxConnections { get; set; } = 1024;

    /// <summary>The largest request body that is captured. A larger one ends the connection.</summary>
    /// <value>64 MiB.</value>
    public int MaxRequestBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How many requests are remembered; the oldest are forgotten first.</summary>
    /// <value>10,000.</value>
    public int MaxRequests { get; set; } = 10_000;

    /// <summary>The clock of delays, drips and limits.</summary>
    /// <value>The system's.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
