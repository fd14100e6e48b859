using System.Net;
using System.Text;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers.Yandex;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>The four vendors with a client of the test's, ready to ask without a token request.</summary>
internal static class Vendors
{
    public static readonly string[] All = ["openai", "ollama", "gigachat", "yandex"];

    public static ILlmProvider New(string vendor, HttpClient? client, TimeProvider? time = null, Uri? address = null)
    {
        address ??= new Uri("http://vendor.test/v1");
        return vendor switch
        {
            "openai" => new OpenAiCompatibleProvider(vendor, new() { BaseUrl = address, Model = "m" }, client, time),
            "ollama" => new OllamaProvider(vendor, new() { BaseUrl = address, Model = "m" }, client, time),
            "gigachat" => new GigaChatProvider(
                vendor, new() { BaseUrl = address, Model = "GigaChat-2", AccessToken = "token-of-the-test" }, client, time),
            _ => new YandexGptProvider(vendor, new()
            {
                BaseUrl = address,
                Model = "yandexgpt-5-lite",
                FolderId = "b1gfolder00000000000",
                ApiKey = "AQVN-fake"
            }, client, time),
        };
    }

    /// <summary>The answer "ok" in the vendor's words.</summary>
    public static HttpResponseMessage Ok(string vendor, HttpRequestMessage request)
    {
        var streamed = request.Headers.Accept.ToString().Contains("event-stream", StringComparison.Ordinal);
        var (text, type) = vendor switch
        {
            "openai" =>
                ("""{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}""", "application/json"),
            "ollama" => ("""{"model":"m","message":{"role":"assistant","content":"ok"},"done":true,"done_reason":"stop"}""" + "\n",
                "application/x-ndjson"),
            "gigachat" when streamed =>
                ("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
                    "text/event-stream"),
            "gigachat" =>
                ("""{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}""", "application/json"),
            _ => (YandexGptCase.Line("ok", "FINAL") + "\n", "application/json"),
        };
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(text, Encoding.UTF8, type),
            RequestMessage = request
        };
    }
}

/// <summary>Answers "ok" in the vendor's words without reading the request, after a time if there is one.</summary>
internal sealed class OkHandler(string vendor, Func<HttpRequestMessage, CancellationToken, Task>? before = null) : HttpMessageHandler
{
    private int _count;

    public int Count => _count;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        if (before is not null)
            await before(request, cancellationToken);
        return Vendors.Ok(vendor, request);
    }
}
