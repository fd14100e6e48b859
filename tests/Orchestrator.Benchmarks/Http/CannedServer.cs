using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Benchmarks;

/// <summary>A server on a bare socket, in a process of its own so that its work is not measured.
/// Keeps connections, one thread for each.</summary>
internal sealed class CannedServer : IDisposable
{
    private readonly Process _process;

    private CannedServer(Process process, int port)
    {
        _process = process;
        Root = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        OpenAi = new Uri(Root, "v1");
    }

    public Uri Root { get; }

    public Uri OpenAi { get; }

    /// <summary>Starts the server: this program once more.</summary>
    public static async Task<CannedServer> StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(CannedServer).Assembly.Location);
        start.ArgumentList.Add("--http-server");
        var process = Process.Start(start)!;
        return new CannedServer(process, int.Parse((await process.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture));
    }

    /// <summary>What runs in the other process, until its standard input ends.</summary>
    public static async Task<int> RunAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(128);
        Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        var accepting = Task.Factory.StartNew(
            () =>
            {
                while (true)
                {
                    var socket = listener.AcceptSocket();
                    socket.NoDelay = true;
                    new Thread(() => Serve(socket), 256 * 1024) { IsBackground = true }.Start();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.WhenAny(accepting, Console.In.ReadLineAsync());
        return 0;
    }

    /// <summary>Ends the other process, whose input this is.</summary>
    public void Dispose()
    {
        _process.StandardInput.Dispose();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void Serve(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        var length = 0;
        using (socket)
        {
            while (true)
            {
                var read = socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
                if (read == 0)
                    return;
                length += read;
                if (!IsWhole(buffer.AsSpan(0, length)))
                    continue;
                var answer = CannedAnswers.For(buffer.AsSpan(0, length));
                length = 0;
                socket.Send(answer);
            }
        }
    }

    /// <summary>Whether a request has come to its end. One at a time: no client here sends the next before the answer.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> request)
    {
        var head = request.IndexOf("\r\n\r\n"u8);
        if (head < 0)
            return false;
        var field = request[..head].IndexOf("Content-Length: "u8);
        if (field < 0)
            return request.EndsWith("0\r\n\r\n"u8);
        return Utf8Parser.TryParse(request[(field + "Content-Length: "u8.Length)..], out int body, out _)
            && request.Length >= head + 4 + body;
    }
}
