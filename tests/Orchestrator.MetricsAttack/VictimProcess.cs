using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.MetricsAttack;

/// <summary>The victim as seen from outside: alive or not, its memory, its descriptors, the calls it failed.</summary>
internal sealed class VictimProcess : IDisposable
{
    private static readonly int Peer = StartPeer();
    private readonly Process _process;
    private readonly ManualResetEventSlim _hogged = new();
    private int _failedCalls;
    private long _calls;

    private VictimProcess(Process process) => _process = process;

    public string Server { get; private init; } = "";

    public int Port { get; private set; }

    public bool IsAlive => !_process.HasExited;

    public int FailedCalls => Volatile.Read(ref _failedCalls);

    public long Calls => Volatile.Read(ref _calls);

    public static VictimProcess Start(string server, int series, int descriptors)
    {
        var self = typeof(VictimProcess).Assembly.Location;
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"ulimit -c 0; ulimit -Sn {descriptors}; ulimit -Hn {descriptors}; exec dotnet \"{self}\" --serve {server} "
            + $"--series {series} --peer {Peer}");
        start.Environment["DOTNET_gcServer"] = "0";
        // A nursery of 4 MB: garbage that waits to be collected would be taken for growth.
        start.Environment["DOTNET_GCgen0size"] = "400000";
        var process = Process.Start(start)!;
        var victim = new VictimProcess(process) { Server = server };
        var ready = new ManualResetEventSlim();
        process.OutputDataReceived += (_, line) => victim.Hear(line.Data, ready);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return ready.Wait(TimeSpan.FromSeconds(20)) ? victim : throw new TimeoutException($"{server} did not start.");
    }

    /// <summary>Makes it use up its descriptors itself, as an application that leaks them does.</summary>
    public void TakeAllDescriptors()
    {
        _process.StandardInput.WriteLine("HOG");
        _process.StandardInput.Flush();
        _hogged.Wait(TimeSpan.FromSeconds(5));
    }

    /// <summary>Resident memory that belongs to the process alone, in MB.</summary>
    public double Memory()
    {
        try
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith("RssAnon", StringComparison.Ordinal));
            return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    public int Descriptors()
    {
        try
        {
            return Directory.GetFiles($"/proc/{_process.Id}/fd").Length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    public double CpuSeconds()
    {
        _process.Refresh();
        return _process.HasExited ? 0 : _process.TotalProcessorTime.TotalSeconds;
    }

    public string Fate() => IsAlive ? "alive" : $"dead, exit {_process.ExitCode}";

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit(5000);
        _process.Dispose();
    }

    private void Hear(string? line, ManualResetEventSlim ready)
    {
        var words = line?.Split(' ') ?? [];
        if (words is ["PORT", var port])
        {
            Port = int.Parse(port);
            ready.Set();
        }
        else if (words is ["HOGGED"])
            _hogged.Set();
        else if (words is ["CALLS", var done, _])
            Volatile.Write(ref _calls, long.Parse(done));
        else if (words.Length > 0 && words[0] == "FAILED")
            Interlocked.Increment(ref _failedCalls);
    }

    /// <summary>What the victim calls: takes connections and closes them, on a thread that the attacks do not slow down.</summary>
    private static int StartPeer()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        new Thread(() =>
        {
            while (true)
                listener.Accept().Dispose();
        })
        { IsBackground = true }.Start();
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }
}
