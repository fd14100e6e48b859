using System.Net.Sockets;

namespace Orchestrator;

/// <summary>A file descriptor kept for the time when the process has none left: giving it up lets one scrape through.</summary>
internal sealed class SpareDescriptor : IDisposable
{
    private Socket? _socket = New();

    /// <summary>Gives the descriptor up.</summary>
    /// <returns>False when there was none.</returns>
    public bool TryGiveUp()
    {
        if (_socket is null)
            return false;
        Dispose();
        return true;
    }

    /// <summary>Takes another one if there is none; asked when a connection closes.</summary>
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
            return null; // None to spare now.
        }
    }
}
