using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers.Http;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>What a provider writes, without a server.</summary>
internal static class Written
{
    public static Task<JsonElement> OpenAiAsync(
        bool streamed, ChatOptions? options = null, Action<OpenAiCompatibleOptions>? configure = null, params ChatMessage[] messages)
    {
        var settings = new OpenAiCompatibleOptions { BaseUrl = new Uri("http://vendor.test/v1"), Model = "m" };
        configure?.Invoke(settings);
        return BodyAsync("openai", client => new OpenAiCompatibleProvider("p", settings, client), streamed, options, messages);
    }

    public static Task<JsonElement> OllamaAsync(
        bool streamed, ChatOptions? options = null, Action<OllamaOptions>? configure = null, params ChatMessage[] messages)
    {
        var settings = new OllamaOptions { BaseUrl = new Uri("http://vendor.test"), Model = "m" };
        configure?.Invoke(settings);
        return BodyAsync("ollama", client => new OllamaProvider("p", settings, client), streamed, options, messages);
    }

    public static Task<JsonElement> Async(string vendor, bool streamed, ChatOptions? options, params ChatMessage[] messages) =>
        vendor == "openai" ? OpenAiAsync(streamed, options, null, messages) : OllamaAsync(streamed, options, null, messages);

    public static IReadOnlyList<string> Messages(this JsonElement body) =>
        [.. body.GetProperty("messages").EnumerateArray().Select(m => m.GetRawText())];

    public static bool Has(this JsonElement json, string name) => json.TryGetProperty(name, out _);

    private static async Task<JsonElement> BodyAsync(
        string vendor, Func<HttpClient, ILlmProvider> provider, bool streamed, ChatOptions? options, ChatMessage[] messages)
    {
        JsonElement body = default;
        using var handler = new OkHandler(vendor, async (request, token) =>
            body = JsonSerializer.Deserialize<JsonElement>(await request.Content!.ReadAsStringAsync(token)));
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        if (messages.Length == 0)
            messages = [new ChatMessage(ChatRole.User, "hi")];
        await provider(client).ReadAsync(new LlmRequest(messages) { Streaming = streamed, Options = options });
        return body;
    }
}
