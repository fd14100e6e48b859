using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Benchmarks;

/// <summary>What one writes without any library: <see cref="HttpClient"/> and source-generated JSON, for one shape and no errors.</summary>
internal sealed class RawClient(CannedServer server) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _client = new();
    private readonly Uri _openAi = new(server.Root, "v1/chat/completions");
    private readonly Uri _ollama = new(server.Root, "api/chat");

    public async Task<string?> OpenAiAsync(string prompt)
    {
        using var response = await SendAsync(_openAi, new RawRequest("small-model", [new("user", prompt)], null));
        await using var body = await response.Content.ReadAsStreamAsync();
        var answer = await JsonSerializer.DeserializeAsync(body, RawJson.Default.RawCompletion);
        return answer!.Choices[0].Message.Content;
    }

    public async Task<string?> OllamaAsync(string prompt)
    {
        using var response = await SendAsync(_ollama, new RawRequest("small-model", [new("user", prompt)], Stream: false));
        await using var body = await response.Content.ReadAsStreamAsync();
        var answer = await JsonSerializer.DeserializeAsync(body, RawJson.Default.RawAnswer);
        return answer!.Message.Content;
    }

    /// <summary>Receives a stream and looks at none of it: what HTTP costs a reader.</summary>
    public async Task<long> BytesAsync(bool openAi, string model)
    {
        using var response = await SendAsync(openAi ? _openAi : _ollama, new RawRequest(model, [new("user", "go")], Stream: true));
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        var total = 0L;
        while (await body.ReadAsync(buffer) is > 0 and var read)
            total += read;
        ArrayPool<byte>.Shared.Return(buffer);
        return total;
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri address, RawRequest request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, RawJson.Default.RawRequest))
            {
                Headers = { ContentType = Json }
            },
        };
        var response = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        return response.EnsureSuccessStatusCode();
    }
}

internal sealed record RawMessage(string Role, string? Content);

internal sealed record RawRequest(string Model, RawMessage[] Messages, bool? Stream);

internal sealed record RawChoice(int Index, RawMessage Message, string? FinishReason);

internal sealed record RawUsage(int PromptTokens, int CompletionTokens, int TotalTokens);

internal sealed record RawCompletion(string Id, string Model, RawChoice[] Choices, RawUsage? Usage);

internal sealed record RawAnswer(string Model, RawMessage Message, bool Done, string? DoneReason, int PromptEvalCount, int EvalCount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RawRequest))]
[JsonSerializable(typeof(RawCompletion))]
[JsonSerializable(typeof(RawAnswer))]
internal sealed partial class RawJson : JsonSerializerContext;
