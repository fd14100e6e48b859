using System.Collections.Concurrent;
using System.Net;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>A proxy on the loopback address that is set for the whole process, as by <c>HTTP_PROXY</c>, and that remembers what it was
/// asked for.</summary>
internal sealed class ProcessProxy : IWebProxy, IAsyncDisposable
{
    private readonly IWebProxy _before = HttpClient.DefaultProxy;
    private readonly FaultServer _server;
    private readonly ConcurrentQueue<string> _asked = new();

    public ProcessProxy(string answer = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    {
        _server = new FaultServer(async connection =>
        {
            var head = System.Text.Encoding.ASCII.GetString(await connection.ReadSomeAsync());
            _asked.Enqueue(head.Split("\r\n")[0]);
            await connection.WriteAsync(answer);
        });
        HttpClient.DefaultProxy = this;
    }

    /// <summary>The first lines of the requests it got.</summary>
    public IReadOnlyCollection<string> Asked => _asked;

    public string Address => $"http://127.0.0.1:{_server.Port}";

    public ICredentials? Credentials { get; set; }

    public Uri? GetProxy(Uri destination) => new(Address);

    public bool IsBypassed(Uri host) => false;

    public async ValueTask DisposeAsync()
    {
        HttpClient.DefaultProxy = _before;
        await _server.DisposeAsync();
    }
}
