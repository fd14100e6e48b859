using System.Net.Sockets;

namespace Orchestrator;

/// <summary>One connection and its buffers. The loop's thread owns it; it is used again for the next connection.</summary>
internal sealed class MetricConnection
{
    private const int PartsAtOnce = 16;
    private const int SendsAtOnce = 4;

    private readonly byte[] _in = new byte[HttpHead.MaxLength];
    private readonly byte[] _head = new byte[MetricResponse.MaxHeadLength];
    private int _received;
    private int _headLength;
    private int _sent;
    private MetricPage? _page;

    public Socket Socket { get; private set; } = null!;

    public MetricConnectionState State { get; set; }

    /// <summary>When it was accepted or, later, when its last complete request came.</summary>
    public TimeSpan Since { get; set; }

    /// <summary>When the state times out.</summary>
    public TimeSpan Deadline { get; set; }

    /// <summary>When the response began to be written.</summary>
    public TimeSpan WritingSince { get; private set; }

    /// <summary>When the peer last read some of the response.</summary>
    public TimeSpan LastProgress { get; private set; }

    /// <summary>Whether it keeps a page in memory.</summary>
    public bool HoldsPage => _page is not null;

    /// <summary>Whether it has ever completed a request.</summary>
    public bool WasHeard { get; set; }

    /// <summary>The request being answered.</summary>
    public HttpVerdict Request { get; set; }

    /// <summary>Whether the running export answers this request: it began after the request arrived.</summary>
    public bool IsInExport { get; set; }

    /// <summary>The page it is about to get; not held.</summary>
    public MetricPage? Rendered { get; set; }

    public bool ClosesAfterResponse { get; set; }

    /// <summary>Whether the peer may have sent more than was read: closing at once would reset the connection and lose the
    /// response.</summary>
    public bool DrainsBeforeClose { get; set; }

    public long Drained { get; set; }

    public ReadOnlySpan<byte> Received => _in.AsSpan(0, _received);

    public void Open(Socket socket, TimeSpan now, TimeSpan deadline)
    {
        Socket = socket;
        State = MetricConnectionState.Reading;
        Since = now;
        Deadline = deadline;
        WasHeard = IsInExport = ClosesAfterResponse = DrainsBeforeClose = false;
        Drained = 0;
        _received = 0;
    }

    /// <summary>The number of bytes read; 0 when the peer has closed its side, -1 when nothing has arrived.</summary>
    public int Receive()
    {
        if (State == MetricConnectionState.Draining)
            _received = 0;
        var count = Socket.Receive(_in.AsSpan(_received), SocketFlags.None, out var error);
        if (error != SocketError.Success)
            return error is SocketError.WouldBlock or SocketError.Interrupted ? -1 : 0;
        _received += count;
        return count;
    }

    /// <summary>Removes a parsed head; the bytes after it move to the front.</summary>
    public void Consume(int count)
    {
        _received -= count;
        if (_received > 0)
            Buffer.BlockCopy(_in, count, _in, 0, _received);
    }

    public void Prepare(int status, HttpVerdict request, MetricPage? page, DateTimeOffset date, TimeSpan now)
    {
        WritingSince = LastProgress = now;
        _sent = 0;
        _headLength = MetricResponse.Write(_head, status, request, page, ClosesAfterResponse, date);
        if (page is null || request.IsHead)
            return;
        _page = page;
        page.Hold();
    }

    public SendOutcome Send(List<ArraySegment<byte>> parts, TimeSpan now)
    {
        for (var i = 0; i < SendsAtOnce; i++)
        {
            parts.Clear();
            if (_sent < _headLength)
                parts.Add(new ArraySegment<byte>(_head, _sent, _headLength - _sent));
            _page?.AddParts(parts, Math.Max(0, _sent - _headLength), PartsAtOnce);
            if (parts.Count == 0)
            {
                ReleasePage();
                return SendOutcome.Done;
            }

            var count = Socket.Send(parts, SocketFlags.None, out var error);
            if (error is not (SocketError.Success or SocketError.WouldBlock or SocketError.Interrupted))
                return SendOutcome.Broken;
            if (count == 0)
                return SendOutcome.Blocked;
            _sent += count;
            LastProgress = now;
        }

        return SendOutcome.Blocked; // Or the peer is only fast; in both cases the other connections are served first.
    }

    public void Close(bool abortive)
    {
        ReleasePage();
        if (abortive)
        {
            // A reset frees the kernel's memory at once, without a wait for a peer that never sent anything.
            Socket.Close(0);
            return;
        }

        try
        {
            // The end of stream first: a client can repeat a request that crosses it, but not one that was reset.
            Socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Gone already.
        }

        Socket.Dispose();
    }

    private void ReleasePage()
    {
        _page?.Release();
        _page = null;
    }
}
