using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace Orchestrator.Wall;

/// <summary>Requests, answers and errors as OpenAI's protocol has them, as far as text goes.</summary>
internal static class ChatWire
{
    public static IReadOnlyList<ChatMessage> MessagesOf(JsonElement body) =>
        [.. body.GetProperty("messages").EnumerateArray().Select(
            m => new ChatMessage(new ChatRole(m.GetProperty("role").GetString()!), TextOf(m.GetProperty("content"))))];

    public static string Whole(LlmResponse response) => JsonSerializer.Serialize(new
    {
        id = response.Response.ResponseId ?? "chatcmpl-wall",
        @object = "chat.completion",
        created = response.Response.CreatedAt?.ToUnixTimeSeconds() ?? 0,
        model = response.Response.ModelId ?? response.Provider.Model,
        choices = new[] { new
        {
            index = 0,
            message = new { role = "assistant", content = response.Text },
            finish_reason = response.Response.FinishReason?.Value ?? "stop"
        } },
        usage = Usage(response.Usage.PromptTokens, response.Usage.CompletionTokens),
    });

    /// <summary>The chunks of one update: its text, its finish reason, its usage.</summary>
    public static IEnumerable<string> Chunks(string id, string model, ChatResponseUpdate update)
    {
        if (update.Text.Length > 0 || update.FinishReason is not null)
        {
            yield return JsonSerializer.Serialize(new
            {
                id,
                @object = "chat.completion.chunk",
                model,
                choices = new[]
                {
                    new { index = 0, delta = new { role = "assistant", content = update.Text }, finish_reason = update.FinishReason?.Value }
                },
            });
        }

        foreach (var usage in update.Contents.OfType<UsageContent>())
        {
            yield return JsonSerializer.Serialize(new
            {
                id,
                @object = "chat.completion.chunk",
                model,
                choices = Array.Empty<object>(),
                usage = Usage(usage.Details.InputTokenCount ?? 0, usage.Details.OutputTokenCount ?? 0),
            });
        }
    }

    public static string Error(LlmException error) => Error(error.Message, error.Kind.ToString(), error.ProviderCode);

    public static string Error(string message, string type, string? code) =>
        JsonSerializer.Serialize(new { error = new { message, type, param = (string?)null, code } });

    /// <summary>The status a caller of this endpoint receives: the vendor's where it was the caller's fault.</summary>
    public static int StatusOf(LlmException error) => error.Kind switch
    {
        LlmErrorKind.InvalidRequest or LlmErrorKind.ContentFiltered or LlmErrorKind.ContextLengthExceeded or LlmErrorKind.NotSupported =>
            error.StatusCode is >= 400 and < 500 and var status ? status : 400,
        LlmErrorKind.Authentication => 401,
        LlmErrorKind.Permission => 403,
        LlmErrorKind.QuotaExceeded => 402,
        LlmErrorKind.ModelNotFound => 404,
        LlmErrorKind.RateLimited => 429,
        LlmErrorKind.Timeout => 504,
        LlmErrorKind.NoCandidate or LlmErrorKind.Overloaded or LlmErrorKind.Unavailable => 503,
        _ => 502,
    };

    public static Task WriteAsync(HttpContext context, int status, string json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }

    private static object Usage(long prompt, long completion) =>
        new { prompt_tokens = prompt, completion_tokens = completion, total_tokens = prompt + completion };

    /// <summary>A content is a text, or parts of which those of text are taken.</summary>
    private static string TextOf(JsonElement content) => content.ValueKind == JsonValueKind.Array
        ? string.Concat(content.EnumerateArray().Where(p => p.TryGetProperty("text", out _)).Select(p => p.GetProperty("text").GetString()))
        : content.GetString() ?? "";
}
