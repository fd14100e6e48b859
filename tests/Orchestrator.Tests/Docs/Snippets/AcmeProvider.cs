using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator;

namespace MyApp;

/// <summary>
/// Acme streams an answer as lines of JSON: {"text":"…"} for each piece, then {"done":true,"promptTokens":…,"completionTokens":…}.
/// </summary>
public sealed class AcmeProvider(string name, string model, HttpClient http) : ILlmProvider, IHealthProbe, IDisposable
{
    public ProviderInfo Info { get; } = new(name, Vendor: "acme", Model: model)
    {
        PrefersStreaming = true,
        ContextWindow = 32_768,
        Timeouts = new TimeoutOptions { FirstToken = TimeSpan.FromSeconds(20) },
    };

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "answer") { Content = JsonContent.Create(BodyOf(request)) };
        using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw await ErrorOfAsync(response, cancellationToken);

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var part = JsonSerializer.Deserialize<Line>(line, JsonSerializerOptions.Web)!;
            if (part.Text is not null)
                yield return new ChatResponseUpdate(ChatRole.Assistant, part.Text);
            if (!part.Done)
                continue;

            var usage = new UsageDetails { InputTokenCount = part.PromptTokens, OutputTokenCount = part.CompletionTokens };
            yield return new ChatResponseUpdate { FinishReason = ChatFinishReason.Stop, Contents = [new UsageContent(usage)] };
            yield break;
        }

        // The lines ended without the last one: a cut answer must never look like a whole one.
        throw new LlmException(LlmErrorKind.StreamInterrupted, "Acme closed the stream before its last line.");
    }

    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync("health", cancellationToken);
        return response.IsSuccessStatusCode;
    }

    public void Dispose() => http.Dispose();

    private object BodyOf(LlmRequest request) => new
    {
        // Never request.Options.ModelId: it selects among providers and may be this provider's name or alias.
        model = Info.Model,
        temperature = request.Options?.Temperature,
        messages = request.Messages.Select(m => new { role = m.Role.Value, content = m.Text }),
    };

    private static async Task<LlmException> ErrorOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A proxy in between answers with a page of HTML: only JSON is Acme's own word, and a page under 401 refuses no key.
        var type = response.Content.Headers.ContentType?.MediaType;
        var (isJson, isHtml) = (type == "application/json", type == "text/html");
        var code = isJson ? (await response.Content.ReadFromJsonAsync<Error>(cancellationToken))?.Code : null;
        var kind = ((int)response.StatusCode, code) switch
        {
            (_, "prompt_too_long") => LlmErrorKind.ContextLengthExceeded,
            (_, "refused") => LlmErrorKind.ContentFiltered,
            ( >= 400 and < 500 and not (408 or 429), _) when isHtml => LlmErrorKind.MalformedResponse,
            (401, _) => LlmErrorKind.Authentication,
            (402, _) => LlmErrorKind.QuotaExceeded,
            (403, _) => LlmErrorKind.Permission,
            (404, _) => LlmErrorKind.ModelNotFound,
            (429, _) => LlmErrorKind.RateLimited,
            ( >= 400 and < 500, _) => LlmErrorKind.InvalidRequest,
            (502 or 503, _) => LlmErrorKind.Unavailable,
            _ => LlmErrorKind.ServerError,
        };
        return new LlmException(kind, $"Acme answered HTTP {(int)response.StatusCode}.")
        {
            StatusCode = (int)response.StatusCode,
            ProviderCode = code,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private sealed record Line(string? Text, bool Done, int PromptTokens, int CompletionTokens);

    private sealed record Error(string? Code);
}
