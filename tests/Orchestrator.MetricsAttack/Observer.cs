using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.MetricsAttack;

/// <summary>The honest client: scrapes over a new connection each time, on a thread of its own, and notes how long it took.</summary>
internal sealed class Observer : IDisposable
{
    private readonly VictimProcess _victim;
    private readonly Thread _thread;
    private readonly List<double> _milliseconds = [];
    private volatile bool _ended;

    public Observer(VictimProcess victim)
    {
        _victim = victim;
        MemoryBefore = PeakMemory = victim.Memory();
        DescriptorsBefore = PeakDescriptors = victim.Descriptors();
        _thread = new Thread(Watch) { IsBackground = true, Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    public double MemoryBefore { get; }

    public double PeakMemory { get; private set; }

    public int DescriptorsBefore { get; }

    public int PeakDescriptors { get; private set; }

    public int Failed { get; private set; }

    public string LastError { get; private set; } = "";

    /// <summary>The longest that a pause of 10 ms was overrun: how much the machine itself holds threads up.</summary>
    public double HostDelay { get; private set; }

    public int Scrapes => _milliseconds.Count;

    public double Worst => _milliseconds.Count == 0 ? double.NaN : _milliseconds.Max();

    public double Median => _milliseconds.Count == 0 ? double.NaN : _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

    /// <summary>One scrape; the size of the page.</summary>
    public static int Scrape(int port, string headers = "", byte[]? buffer = null)
    {
        buffer ??= new byte[256 * 1024];
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = 5000,
            SendTimeout = 5000,
        };
        socket.Connect(IPAddress.Loopback, port);
        socket.Send(System.Text.Encoding.ASCII.GetBytes($"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"));
        int total = 0, count;
        while ((count = socket.Receive(buffer)) > 0)
        {
            if (total == 0 && !buffer.AsSpan(0, count).StartsWith("HTTP/1.1 200"u8))
                throw new IOException(System.Text.Encoding.ASCII.GetString(buffer, 0, Math.Min(count, 40)));
            total += count;
        }

        return total > 0 ? total : throw new IOException("closed without a response");
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
    }

    private void Watch()
    {
        var buffer = new byte[256 * 1024];
        while (!_ended && _victim.IsAlive)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                Scrape(_victim.Port, buffer: buffer);
                _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                Failed++;
                LastError = error.Message;
            }

            PeakMemory = Math.Max(PeakMemory, _victim.Memory());
            PeakDescriptors = Math.Max(PeakDescriptors, _victim.Descriptors());
            start = Stopwatch.GetTimestamp();
            Thread.Sleep(10);
            HostDelay = Math.Max(HostDelay, Stopwatch.GetElapsedTime(start).TotalMilliseconds - 10);
        }
    }
}
