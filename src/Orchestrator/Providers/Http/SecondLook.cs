using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// A second look at a server whose connection failed without a word why: makes a TLS handshake of its own, or asks in plain HTTP, and sees
/// what
/// comes back. Sends nothing of the settings, and no credentials.
/// </summary>
internal static class SecondLook
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>What is to be seen there; null when that is no more than was known.</summary>
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

    /// <summary>Whether the server asks for a certificate of the client; null when there is no TLS to be had.</summary>
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
#pragma warning disable CA5359 // Nothing is sent: what the server shows is all that is looked at.
                    RemoteCertificateValidationCallback = (_, _, _, _) => met = true,
#pragma warning restore CA5359
                    LocalCertificateSelectionCallback = (_, _, _, shown, _) =>
                    {
                        // Asked once before the handshake too, when nothing was shown yet.
                        asked |= shown is not null;
                        return null!;
                    },
                },
                limit.Token).ConfigureAwait(false);
            return asked;
        }
        catch (Exception error) when (IsEnd(error, cancellationToken))
        {
            // TLS 1.2 refuses a client without a certificate within the handshake.
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
        // In real time whatever the provider's clock: the server is a real one.
        late = new CancellationTokenSource(Limit, TimeProvider.System);
        return CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
    }

    private static bool IsEnd(Exception error, CancellationToken cancellationToken) =>
        error is IOException or SocketException or AuthenticationException or InvalidOperationException or ArgumentException
        || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested);
}
