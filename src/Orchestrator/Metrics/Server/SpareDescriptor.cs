using System.Net.Sockets;

namespace Orchestrator;

/// <summary>A spare file descriptor. When the process has none left, this one is released so that one scrape gets through.</summary>
internal sealed class SpareDescriptor : IDisposable
{
    private Socket? _socket = New();

    /// <summary>Releases the descriptor.</summary>
    /// <returns>False when there was none.</returns>
    public bool TryGiveUp()
    {
        if (_socket is null)
            return false;
        Dispose();
        return true;
    }

    /// <summary>Opens a new one if there is none; called when a connection closes.</summary>
    public void Renew() => _socket ??= New();

    public void Dispose()
    {
        _socket?.Dispose();
        _socket = null;
    }

    private static Socket? New()
    {
        try
        {
            return new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        }
        catch (SocketException)
        {
            return null; // The process has none left.
        }
    }
}
