using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Testing;

/// <summary>Azure OpenAI, by its v1 address and by the classic one of deployments.</summary>
/// <remarks>
/// Sources: learn.microsoft.com/azure/ai-foundry/openai (reference, api-version-lifecycle: the v1 address takes the key as a bearer's
/// too); BotSharp#386 and vercel/chatbot#588 (401), brainlid/langchain#28 (content filters in chunks), openai/openai-python#2296.
/// </remarks>
internal static partial class AzureServer
{
    private static readonly string[] Categories = ["hate", "self_harm", "sexual", "violence"];

    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Azure,
        BasePath = "openai/v1",
        CheckKey = CheckKey,
        Errors = new() { Of = Words },
        Shape = new()
        {
            HasOpenAiFields = true,
            Reasoning = ReasoningForm.Hidden,
            FirstChunk = static json => json.WriteNull("usage"),
            Extras = static json =>
            {
                json.WriteStartArray("prompt_filter_results");
                json.WriteStartObject();
                json.WriteNumber("prompt_index", 0);
                WriteFilter(json);
                json.WriteEndObject();
                json.WriteEndArray();
            },
            ChoiceExtras = static (json, _) => WriteFilter(json),
        },
        Rules =
        [
            MessageRules.Names(Name(), index => new(
                400,
                $"Invalid 'messages[{index}].name': string does not match pattern. "
                    + "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                Param: $"messages[{index}].name",
                Code: "invalid_value")),
            .. OpenAiServers.Rules,
        ],
    };

    /// <summary>The deployment in a classic address; null in any other.</summary>
    public static string? DeploymentOf(string path) => Classic().Match(path) is { Success: true } match ? match.Groups[1].Value : null;

    private static OpenAiCompatibleError? CheckKey(CapturedRequest request, string? key)
    {
        var isClassic = DeploymentOf(request.Path) is not null;
        if (isClassic && !request.Query.Contains("api-version=", StringComparison.Ordinal))
            return Plain(404, "404", "Resource not found");
        if (key is null || request.Header("api-key") == key)
            return null;
        // The classic address knows bearers of Entra's tokens only.
        return !isClassic && OpenAiCompatibleRules.CheckKey(request, key) is null ? null : NoKey;
    }

    private static OpenAiCompatibleError NoKey => Plain(
        401,
        "401",
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription "
            + "and use a correct regional API endpoint for your resource.");

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => NoKey,
        LlmErrorKind.RateLimited => Plain(
            429,
            "429",
            "Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded call rate limit of your "
                + "current OpenAI S0 pricing tier."),
        LlmErrorKind.ModelNotFound => Plain(
            404,
            "DeploymentNotFound",
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a "
                + "moment and try again."),
        LlmErrorKind.ContentFiltered => new(400, "The response was filtered.", Code: "content_filter")
        {
            Raw = """{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management"""
                + """ policy. Please modify your prompt and retry.","type":null,"param":"prompt","code":"content_filter","status":400"""
                + ""","innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true"""
                + ""","severity":"high"}}}}}""",
        },
        _ => null,
    };

    // The gateway in front has errors of two fields.
    private static OpenAiCompatibleError Plain(int status, string code, string message) => new(status, message, Code: code)
    {
        Raw = JsonText.Of(json => json.WriteObject("error", () =>
        {
            json.WriteString("code", code);
            json.WriteString("message", message);
        })),
    };

    private static void WriteFilter(Utf8JsonWriter json) => json.WriteObject("content_filter_results", () =>
    {
        foreach (var category in Categories)
        {
            json.WriteObject(category, () =>
            {
                json.WriteBoolean("filtered", false);
                json.WriteString("severity", "safe");
            });
        }
    });

    [GeneratedRegex("^/openai/deployments/([^/]+)/")]
    private static partial Regex Classic();

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,64}$")]
    private static partial Regex Name();
}
