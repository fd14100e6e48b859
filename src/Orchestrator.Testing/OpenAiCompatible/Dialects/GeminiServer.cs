using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Testing;

/// <summary>Gemini by its OpenAI-compatible address.</summary>
/// <remarks>
/// Sources: ai.google.dev/gemini-api/docs (openai, thought-signatures, troubleshooting); TokenRhythm/opensquilla#225 (errors in an array,
/// signatures), MinLL/SkyrimNet-GamePlugin#77 (unknown fields), NousResearch/hermes-agent#62937 (index 0), open-webui/computer#224 and
/// microclaw#230 (calls that end with <c>stop</c>), intrafind/ihub-apps#236 (keys).
/// </remarks>
internal static partial class GeminiServer
{
    private static readonly IReadOnlyCollection<string> Known = new HashSet<string>(StringComparer.Ordinal)
    {
        "extra_body", "max_completion_tokens", "max_tokens", "messages", "modalities", "model", "n", "reasoning_effort",
        "response_format", "service_tier", "stop", "stream", "stream_options", "temperature", "tool_choice", "tools", "top_p", "user",
    };

    private static readonly IReadOnlyCollection<string> KnownOfMessages = new HashSet<string>(StringComparer.Ordinal)
    {
        "role", "content", "name", "tool_calls", "tool_call_id", "refusal", "extra_content", "audio",
    };

    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Gemini,
        BasePath = "v1beta/openai",
        KeyPrefix = "AIza",
        CheckKey = static (request, key) => OpenAiCompatibleRules.CheckKey(request, key) is null ? null
            : request.Header("Authorization") is null ? Error(400, "INVALID_ARGUMENT", "Missing or invalid Authorization header.")
            : NoKey,
        Errors = new() { IsArray = true, Of = Words, Write = Write },
        Shape = new()
        {
            Reasoning = ReasoningForm.Hidden,
            Calls = CallForm.Whole,
            CountsCalls = false,
            SignsCalls = true,
            StopOfCalls = "stop",
            FinishesWithCalls = true,
            RoleFirst = false,
            RoleAlways = true,
            Usage = UsagePlace.OnFinish,
            UsageDetails = UsageFigures.WriteNone,
            CallId = static place => string.Create(
                CultureInfo.InvariantCulture, $"function-call-{(long)place.Answer * 256 + place.Index:D19}"),
        },
        Rules =
        [
            OptionRules.Only(Known, option => Unknown(option.Name, null)),
            MessageRules.Fields(KnownOfMessages, (index, _, field) => Unknown(field.Name, $"messages[{index}]")),
            StateRules.Signatures(
                (name, position) => Error(
                    400,
                    "INVALID_ARGUMENT",
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and "
                        + "missing thought_signature may lead to degraded model performance. Additional data, function call "
                        + $"`default_api:{name}` , position {position}. "
                        + "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details."),
                Error(400, "INVALID_ARGUMENT", "Corrupted thought signature.")),
            MessageRules.NoEmptyTurn(_ => Error(
                400,
                "INVALID_ARGUMENT",
                "Unable to submit request because it must include at least one parts field, which describes the prompt input.")),
            ToolRules.Names(Name(), (index, _) => Error(
                400,
                "INVALID_ARGUMENT",
                $"* GenerateContentRequest.tools[0].function_declarations[{index}].name: Invalid function name. Must start with a "
                    + "letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or "
                    + "dashes (-), with a maximum length of 64.")),
            ToolRules.Unique(name => Error(400, "INVALID_ARGUMENT", $"Duplicate function declaration found: {name}")),
            ToolRules.Objects(
                (name, _) => Error(
                    400, "INVALID_ARGUMENT", $"functionDeclaration parameters schema of {name} should be of type OBJECT."),
                needsProperties: false),
        ],
    };

    private static OpenAiCompatibleError NoKey => new(400, "API key not valid. Please pass a valid API key.")
    {
        Raw = """[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":"""
            + """[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":"""
            + """{"service":"generativelanguage.googleapis.com"}}]}}]""",
    };

    private static void Write(Utf8JsonWriter json, OpenAiCompatibleError error) => json.WriteObject("error", () =>
    {
        json.WriteNumber("code", error.Status);
        json.WriteString("message", error.Message);
        json.WriteString("status", error.Type == "invalid_request_error" ? "INVALID_ARGUMENT" : error.Type);
        if (error.Detail is not { } detail)
            return;
        json.WriteStartArray("details");
        json.WriteStartObject();
        detail(json);
        json.WriteEndObject();
        json.WriteEndArray();
    });

    private static OpenAiCompatibleError Unknown(string name, string? place)
    {
        var words = place is null
            ? $"Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."
            : $"Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field.";
        return Error(400, "INVALID_ARGUMENT", words, json =>
        {
            json.WriteString("@type", "type.googleapis.com/google.rpc.BadRequest");
            json.WriteStartArray("fieldViolations");
            json.WriteStartObject();
            if (place is not null)
                json.WriteString("field", place);
            json.WriteString("description", words);
            json.WriteEndObject();
            json.WriteEndArray();
        });
    }

    private static OpenAiCompatibleError Error(
        int status, string name, string message, Action<Utf8JsonWriter>? detail = null) => new(status, message, name)
        {
            Detail = detail,
        };

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.Authentication => NoKey,
        LlmErrorKind.Permission => Error(
            403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."),
        LlmErrorKind.RateLimited => Error(
            429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
        LlmErrorKind.QuotaExceeded => Error(
            429, "RESOURCE_EXHAUSTED", "You exceeded your current quota, please check your plan and billing details."),
        LlmErrorKind.ModelNotFound => Error(
            404, "NOT_FOUND", $"models/{model} is not found for API version v1main, or is not supported for generateContent."),
        LlmErrorKind.ContextLengthExceeded => Error(
            400, "INVALID_ARGUMENT", "The input token count (1200231) exceeds the maximum number of tokens allowed (1048576)."),
        LlmErrorKind.InvalidRequest => Error(
            400, "INVALID_ARGUMENT", "Invalid value at 'temperature' (TYPE_FLOAT), 3"),
        LlmErrorKind.Unavailable => Error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        LlmErrorKind.Timeout => Error(504, "DEADLINE_EXCEEDED", "The request timed out. Please try again."),
        LlmErrorKind.ServerError => Error(500, "INTERNAL", "An internal error has occurred. Please retry."),
        _ => null,
    };

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$")]
    private static partial Regex Name();
}
