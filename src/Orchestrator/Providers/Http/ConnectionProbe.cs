using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// Finds the cause when a connection failed without a reason: makes a TLS handshake of its own, or sends a plain HTTP request. Sends
/// nothing of the settings and no credentials.
/// </summary>
internal static class ConnectionProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>The cause that the probe finds; null when it finds no more than was known.</summary>
    public static async Task<ConnectionCause?> AtAsync(Uri address, ConnectionCause first, CancellationToken cancellationToken)
    {
        if (first is not (ConnectionCause.Ended or ConnectionCause.EndedInHandshake or ConnectionCause.TlsRefused
            or ConnectionCause.NotInTime or ConnectionCause.NoTls))
        {
            return null;
        }

        if (address.Scheme != Uri.UriSchemeHttps)
        {
            var isTls = first != ConnectionCause.NotInTime
                && await HandshakeAsync(address, cancellationToken).ConfigureAwait(false) is not null;
            return isTls ? ConnectionCause.TlsWanted : null;
        }

        if (first != ConnectionCause.NoTls
            && await HandshakeAsync(address, cancellationToken).ConfigureAwait(false) is { } wantsCertificate)
        {
            return wantsCertificate ? ConnectionCause.ClientCertificate : null;
        }

        return await SpeaksHttpAsync(address, cancellationToken).ConfigureAwait(false) ? ConnectionCause.PlainHttp : null;
    }

    /// <summary>Whether the server asks for a client certificate; null when no TLS handshake succeeds.</summary>
    private static async Task<bool?> HandshakeAsync(Uri address, CancellationToken cancellationToken)
    {
        var (asked, met) = (false, false);
        try
        {
            using var limit = Limited(cancellationToken, out var late);
            using var source = late;
            using var socket = await ConnectAsync(address, limit.Token).ConfigureAwait(false);
            using var tls = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = address.IdnHost,
#pragma warning disable CA5359 // The connection carries no data; only the handshake is observed.
                    RemoteCertificateValidationCallback = (_, _, _, _) => met = true,
#pragma warning restore CA5359
                    LocalCertificateSelectionCallback = (_, _, _, shown, _) =>
                    {
                        // Also called once before the handshake, without the server's certificate.
                        asked |= shown is not null;
                        return null!;
                    },
                },
                limit.Token).ConfigureAwait(false);
            return asked;
        }
        catch (Exception error) when (IsEnd(error, cancellationToken))
        {
            // In TLS 1.2 a server refuses a client without a certificate during the handshake.
            return asked ? true : met ? false : null;
        }
    }

    private static async Task<bool> SpeaksHttpAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var limit = Limited(cancellationToken, out var late);
            using var source = late;
            using var socket = await ConnectAsync(address, limit.Token).ConfigureAwait(false);
            var question = Encoding.ASCII.GetBytes($"HEAD / HTTP/1.1\r\nHost: {address.IdnHost}\r\nConnection: close\r\n\r\n");
            await socket.SendAsync(question, limit.Token).ConfigureAwait(false);
            var answer = new byte[5];
            for (var length = 0; length < answer.Length;)
            {
                var read = await socket.ReceiveAsync(answer.AsMemory(length), limit.Token).ConfigureAwait(false);
                if (read == 0)
                    return false;
                length += read;
            }

            return answer.AsSpan().SequenceEqual("HTTP/"u8);
        }
        catch (Exception error) when (IsEnd(error, cancellationToken))
        {
            return false;
        }
    }

    private static async Task<Socket> ConnectAsync(Uri address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.IdnHost, address.Port, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static CancellationTokenSource Limited(CancellationToken cancellationToken, out CancellationTokenSource late)
    {
        // Real time, even if the provider has another clock: the server is real.
        late = new CancellationTokenSource(Limit, TimeProvider.System);
        return CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
    }

    private static bool IsEnd(Exception error, CancellationToken cancellationToken) =>
        error is IOException or SocketException or AuthenticationException or InvalidOperationException or ArgumentException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
