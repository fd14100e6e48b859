using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator;

namespace CustomProvider;

/// <summary>A provider for a service with one method: asks, reports usage, names errors. The router counts and times.</summary>
internal sealed class AcmeProvider(string name, HttpClient http) : ILlmProvider
{
    public ProviderInfo Info { get; } = new(name, Vendor: "acme", Model: "acme-1") { Capabilities = ProviderCapabilities.None };

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // This service knows neither conversations nor streams: the last message goes out, and one update is an answer too.
        var answer = await AskAsync(new { Model = Info.Model, Prompt = request.Messages[^1].Text }, cancellationToken);
        yield return new(ChatRole.Assistant, answer.Text) { FinishReason = ChatFinishReason.Stop };
        var usage = new UsageDetails { InputTokenCount = answer.TokensIn, OutputTokenCount = answer.TokensOut };
        yield return new(ChatRole.Assistant, [new UsageContent(usage)]);
    }

    private async Task<Answer> AskAsync(object question, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync("v1/ask", question, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw Refusal(response);
            return await response.Content.ReadFromJsonAsync<Answer>(cancellationToken)
                ?? throw new LlmException(LlmErrorKind.MalformedResponse, "Acme answered null.");
        }
        catch (HttpRequestException unreachable)
        {
            throw new LlmException(LlmErrorKind.Unavailable, "Acme cannot be reached.", unreachable);
        }
    }

    // The kind decides what happens next: all of these go to the next provider, save a bad request, which would fail there too.
    private static LlmException Refusal(HttpResponseMessage response)
    {
        var kind = response.StatusCode switch
        {
            HttpStatusCode.BadRequest => LlmErrorKind.InvalidRequest,
            HttpStatusCode.Unauthorized => LlmErrorKind.Authentication,
            HttpStatusCode.TooManyRequests => LlmErrorKind.RateLimited,
            _ => LlmErrorKind.ServerError,
        };
        return new(kind, $"Acme answered with {(int)response.StatusCode}.")
        {
            StatusCode = (int)response.StatusCode,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private sealed record Answer(string Text, int TokensIn, int TokensOut);
}
