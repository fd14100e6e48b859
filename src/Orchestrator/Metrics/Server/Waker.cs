using System.Net;
using System.Net.Sockets;

namespace Orchestrator;

/// <summary>Wakes a thread that waits in poll(2): a datagram socket that sends to itself, because poll(2) waits for sockets only.</summary>
internal sealed class Waker : IDisposable
{
    private readonly byte[] _byte = new byte[1];
    private int _signalled;

    public Waker()
    {
        try
        {
            Socket = Create(IPAddress.Loopback);
        }
        catch (SocketException) when (Socket.OSSupportsIPv6)
        {
            Socket = Create(IPAddress.IPv6Loopback);
        }
    }

    public Socket Socket { get; }

    /// <summary>May be called by any thread, at any time.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref _signalled, 1) != 0)
            return;
        try
        {
            Socket.Send(_byte);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed: no thread waits any more. Or its buffer is full: then it is readable already.
            Volatile.Write(ref _signalled, 0);
        }
    }

    /// <summary>Resets the signal. Check for work after this call, never before: a signal in between would be lost.</summary>
    public void Clear()
    {
        Span<byte> bytes = stackalloc byte[1];
        Socket.Receive(bytes, SocketFlags.None, out _);
        Interlocked.Exchange(ref _signalled, 0);
    }

    public void Dispose() => Socket.Dispose();

    private static Socket Create(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            socket.Connect(socket.LocalEndPoint!);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
