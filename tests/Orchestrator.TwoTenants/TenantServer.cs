using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Soak;
using Orchestrator.Tests.Stress;

namespace Orchestrator.TwoTenants;

/// <summary>One tenant's servers: HTTP/1.1 and HTTP/2 on sockets, and one within the process.
/// All of them check what they receive.</summary>
internal sealed class TenantServer : IAsyncDisposable
{
    private readonly char _tenant;
    private readonly long _seed;
    private readonly Violations _violations;
    private readonly Counts _counts;
    private readonly WebApplication _sockets;
    private readonly WebApplication _inside;
    private int _requests;

    public TenantServer(char tenant, long seed, Violations violations, Counts counts)
    {
        (_tenant, _seed, _violations, _counts) = (tenant, seed, violations, counts);
        _sockets = Build(host => host.UseKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        }));
        _inside = Build(host => host.UseTestServer());
    }

    public Uri Http1 { get; private set; } = null!;

    public Uri Http2 { get; private set; } = null!;

    public async Task StartAsync()
    {
        await _sockets.StartAsync();
        await _inside.StartAsync();
        var addresses = _sockets.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        (Http1, Http2) = (new Uri(addresses[0]), new Uri(addresses[1]));
    }

    /// <summary>A handler that asks the server within the process, which reads the content in its own time.</summary>
    public HttpMessageHandler InsideHandler() => _inside.GetTestServer().CreateHandler();

    public async ValueTask DisposeAsync()
    {
        await _sockets.DisposeAsync();
        await _inside.DisposeAsync();
    }

    private WebApplication Build(Action<IWebHostBuilder> server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        server(builder.WebHost);
        var application = builder.Build();
        application.Run(ServeAsync);
        return application;
    }

    private async Task ServeAsync(HttpContext context)
    {
        var dice = new Dice(_seed, Interlocked.Increment(ref _requests), _tenant);
        var early = dice.Percent(30);
        var cuts = dice.Percent(5);
        var pause = dice.Percent(20) ? dice.Below(20) : 0;
        var check = new BodyCheck(_tenant, _violations);
        try
        {
            if (early)
                await AnswerAsync(context);
            if (pause > 0)
                await Task.Delay(pause);
            await ReadAsync(context, check, cuts ? dice.Below(200_000) : long.MaxValue, slow: pause > 0);
            if (!early && context.Request.Body.CanRead)
                await AnswerAsync(context);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            // The caller has gone, or the connection was cut.
        }
        finally
        {
            check.End();
            _counts.Received(check.Length, check.IsWhole, early);
        }
    }

    private static async Task ReadAsync(HttpContext context, BodyCheck check, long cut, bool slow)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted);
            if (read == 0)
            {
                check.Ended();
                return;
            }

            check.Take(buffer.AsSpan(0, read));
            if (check.Length >= cut)
            {
                context.Abort();
                throw new IOException("Cut here.");
            }

            if (slow && check.Length > buffer.Length)
                await Task.Delay(1);
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var streamed = context.Request.Headers.Accept.ToString().Contains("event-stream", StringComparison.Ordinal);
        // The head goes out before the body was read, and HTTP/1.1 is to keep the connection for the rest.
        context.Response.ContentType = streamed ? "text/event-stream" : "application/json";
        var choice = streamed ? "delta" : "message";
        var json = $"{{\"choices\":[{{\"index\":0,\"{choice}\":{{\"role\":\"assistant\",\"content\":\"{_tenant}\"}},"
            + $"\"finish_reason\":\"stop\"}}]}}";
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes(streamed ? $"data: {json}\n\ndata: [DONE]\n\n" : json));
        await context.Response.Body.FlushAsync();
        if (!streamed && context.Features.Get<IHttpResponseBodyFeature>() is { } response)
            await response.CompleteAsync();
    }
}
