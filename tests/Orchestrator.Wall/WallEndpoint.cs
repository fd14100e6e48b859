using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Providers;

namespace Orchestrator.Wall;

/// <summary>
/// The router as a server of OpenAI's protocol, with two such servers behind it, so that a wall written by others can judge it.
/// </summary>
internal static class WallEndpoint
{
    public static async Task<int> RunAsync(WallArguments arguments)
    {
        if (arguments is not { Endpoint: { } address, Primary: { } primary, Secondary: { } secondary })
        {
            Console.Error.WriteLine($"--endpoint needs --primary and --secondary.\n{WallArguments.Usage}");
            return 2;
        }

        await using var app = await StartAsync(address, primary, secondary);
        Console.WriteLine($"Serving {app.Urls.First()}v1/chat/completions".Replace("//v1", "/v1", StringComparison.Ordinal));
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Starts serving. Port 0 takes a free one; see <see cref="WebApplication.Urls"/>.</summary>
    public static async Task<WebApplication> StartAsync(Uri address, Uri primary, Uri secondary)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(_ => NewRouter(primary, secondary));
        var app = builder.Build();
        app.Urls.Add(address.GetLeftPart(UriPartial.Authority));
        app.MapPost("/v1/chat/completions", AnswerAsync);
        app.MapPost("/chat/completions", AnswerAsync);
        app.MapGet("/v1/models", () => Results.Json(new { @object = "list", data = Array.Empty<object>() }));
        await app.StartAsync();
        return app;
    }

    private static Router NewRouter(Uri primary, Uri secondary) => new Router(RoutingStrategy.FirstAvailable)
        .AddProvider(new OpenAiCompatibleProvider("primary", new() { BaseUrl = primary, Model = "primary-model" }))
        .AddProvider(new OpenAiCompatibleProvider("secondary", new() { BaseUrl = secondary, Model = "secondary-model" }));

    private static async Task AnswerAsync(HttpContext context, Router router)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            var messages = ChatWire.MessagesOf(body.RootElement);
            if (body.RootElement.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True)
                await StreamAsync(context, router, messages);
            else
                await ChatWire.WriteAsync(
                    context, 200, ChatWire.Whole(await router.RouteAsync(messages, cancellationToken: context.RequestAborted)));
        }
        catch (LlmException error) when (!context.Response.HasStarted)
        {
            await ChatWire.WriteAsync(context, ChatWire.StatusOf(error), ChatWire.Error(error));
        }
        catch (Exception error) when (!context.Response.HasStarted
            && error is (JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException))
        {
            await ChatWire.WriteAsync(
                context, 400, ChatWire.Error("The request is no chat request: " + error.GetType().Name, "invalid_request_error", null));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left.
        }
    }

    private static async Task StreamAsync(HttpContext context, Router router, IReadOnlyList<ChatMessage> messages)
    {
        var id = "chatcmpl-" + context.TraceIdentifier;
        var model = "unknown";
        try
        {
            await foreach (var update in router.RouteStreamAsync(messages, cancellationToken: context.RequestAborted))
            {
                if (!context.Response.HasStarted)
                    context.Response.ContentType = "text/event-stream";
                model = update.ModelId ?? update.GetRoute()?.Provider.Model ?? model;
                foreach (var chunk in ChatWire.Chunks(id, model, update))
                    await context.Response.WriteAsync($"data: {chunk}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            await context.Response.WriteAsync("data: [DONE]\n\n", context.RequestAborted);
        }
        catch (LlmException error) when (context.Response.HasStarted)
        {
            // Broken after the first word: an error event and no [DONE]. Not reset, which could overtake the words before it.
            await context.Response.WriteAsync($"data: {ChatWire.Error(error)}\n\n", context.RequestAborted);
        }
    }
}
