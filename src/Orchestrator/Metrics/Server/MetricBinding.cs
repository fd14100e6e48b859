using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>The listening sockets of an endpoint, and the names it answers to.</summary>
internal sealed class MetricBinding(List<Socket> listeners, HostRule hosts, string urlHost) : IDisposable
{
    // Long enough that a burst of connections does not make a scraper wait a second for its next SYN, short enough that all of the queue is
    // served in less than a tenth of a second.
    private const int Backlog = 2048;
    private const int PortAttempts = 16;
    // The send buffer of each connection in the kernel; by default it grows to megabytes for a reader that does not read.
    private const int SendBuffer = 512 * 1024;
    private const int ReceiveBuffer = 32 * 1024;

    public IReadOnlyList<Socket> Listeners => listeners;

    public HostRule Hosts => hosts;

    public string UrlHost => urlHost;

    public int Port => ((IPEndPoint)listeners[0].LocalEndPoint!).Port;

    public static async Task<MetricBinding> OpenAsync(string host, int port, ILogger logger, CancellationToken cancellationToken)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return OpenLoopback(host, port, logger);
        if (host is "+" or "*" or "0.0.0.0" or "::" or "[::]")
            return new MetricBinding([ListenEverywhere(host, port)], HostRule.Any, "localhost");
        var address = await ResolveAsync(host, cancellationToken).ConfigureAwait(false);
        var urlHost = IPAddress.TryParse(host, out _) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{new IPAddress(address.GetAddressBytes())}]"
            : host;
        var rule = IPAddress.IsLoopback(address) ? HostRule.Loopback(urlHost) : HostRule.Any;
        return new MetricBinding([Listen(address, port, host, port)], rule, urlHost);
    }

    public void Dispose()
    {
        foreach (var listener in listeners)
            listener.Dispose();
    }

    private static MetricBinding OpenLoopback(string host, int port, ILogger logger)
    {
        for (var attempt = 1; ; attempt++)
        {
            var first = Listen(IPAddress.Loopback, port, host, port);
            var listeners = new List<Socket> { first };
            try
            {
                var picked = ((IPEndPoint)first.LocalEndPoint!).Port;
                if (Socket.OSSupportsIPv6)
                    listeners.Add(Listen(IPAddress.IPv6Loopback, picked, host, port));
                else
                    Log.MetricsNoIPv6(logger, picked);
                return new MetricBinding(listeners, HostRule.Loopback("localhost"), "localhost");
            }
            catch (IOException error) when (error.InnerException is SocketException
            {
                SocketErrorCode:
                    SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported
            })
            {
                Log.MetricsNoIPv6(logger, ((IPEndPoint)first.LocalEndPoint!).Port);
                return new MetricBinding(listeners, HostRule.Loopback("localhost"), "localhost");
            }
            catch (IOException) when (port == 0 && attempt < PortAttempts)
            {
                first.Dispose(); // Free for IPv4, taken for IPv6: pick another.
            }
            catch
            {
                first.Dispose();
                throw;
            }
        }
    }

    private static Socket ListenEverywhere(string host, int port)
    {
        if (Socket.OSSupportsIPv6)
        {
            try
            {
                return Listen(IPAddress.IPv6Any, port, host, port, dualMode: true);
            }
            catch (IOException error) when (error.InnerException is SocketException
            {
                SocketErrorCode: not SocketError.AddressAlreadyInUse and not SocketError.AccessDenied
            })
            {
                // IPv6 is compiled in but disabled, as in many containers.
            }
        }

        return Listen(IPAddress.Any, port, host, port);
    }

    private static Socket Listen(IPAddress address, int port, string askedHost, int askedPort, bool dualMode = false)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            if (OperatingSystem.IsWindows())
                socket.ExclusiveAddressUse = true; // Elsewhere it is so by default.
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = dualMode;
            // Connections inherit these from the socket that accepts them.
            socket.SendBufferSize = SendBuffer;
            socket.ReceiveBufferSize = ReceiveBuffer;
            socket.NoDelay = true;
            DeferAccept(socket);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            throw new IOException(Explain(error, askedHost, askedPort), error);
        }
    }

    /// <summary>
    /// On Linux a connection that sends nothing stays in the kernel for its first three seconds (TCP_DEFER_ACCEPT): a thousand of them take
    /// no connection from a client that sends a request, and a burst of slow clients looks different from a flood.
    /// </summary>
    private static void DeferAccept(Socket socket)
    {
        const int tcp = 6;
        const int deferAccept = 9;
        const int seconds = 3;
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            socket.SetRawSocketOption(tcp, deferAccept, BitConverter.GetBytes(seconds));
        }
        catch (SocketException)
        {
            // Some kernels do not have the option. The endpoint works without it.
        }
    }

    private static async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return address;
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return addresses.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? addresses[0];
        }
        catch (Exception error) when (error is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new IOException(
                $"The metrics server cannot listen on host '{host}': the name does not resolve. " +
                "Use localhost, an address of this machine, or + for all.",
                error);
        }
    }

    private static string Explain(SocketException error, string host, int port) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"The metrics server cannot listen on port {port} of host '{host}': the port is taken. " +
            "Stop the program that listens there, or choose another port (0 picks a free one).",
        SocketError.AccessDenied =>
            $"The metrics server cannot listen on port {port} of host '{host}': no permission. " +
            "Choose a port from 1024 up, or grant the right to listen on this one.",
        SocketError.AddressNotAvailable =>
            $"The metrics server cannot listen on port {port} of host '{host}': this is not an address of this machine. " +
            "Use localhost, one of its addresses, or + for all.",
        _ => $"The metrics server cannot listen on port {port} of host '{host}': {error.Message}",
    };
}
