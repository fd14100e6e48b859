namespace Orchestrator.Testing;

/// <summary>Hugging Face's Text Generation Inference.</summary>
/// <remarks>
/// Sources: huggingface/text-generation-inference, <c>router/src</c> (chat, server, validation, infer); #1870 there (templates).
/// A call's id is always 0, an answer holds one call, and the last event, with the usage, has an empty id.
/// </remarks>
internal static class TgiServer
{
    public static Dialect Dialect { get; } = new()
    {
        Name = OpenAiDialect.Tgi,
        Errors = new()
        {
            Of = Words,
            Write = static (json, error) =>
            {
                json.WriteString("error", error.Message);
                json.WriteString("error_type", TypeOf(error));
            },
        },
        Shape = new()
        {
            Reasoning = ReasoningForm.Hidden,
            Calls = CallForm.PiecesWithIds,
            CountsCalls = false,
            MostCalls = 1,
            CallId = static _ => "0",
            StopOfCalls = "stop",
            RoleFirst = false,
            RoleAlways = true,
            UsageDetails = UsageFigures.WriteNone,
            Extras = static json => json.WriteString("system_fingerprint", "3.3.5-sha-fake"),
        },
        Rules =
        [
            MessageRules.NoEmptyTurn(_ => new(
                422, "Failed to deserialize the JSON body into the target type: messages: missing field `content`", "validation")),
            ToolRules.Objects(
                (name, _) => new(422, $"Tool error: parameters of {name} have no properties", "tool_error"), needsProperties: true),
            OptionRules.Formats(["json", "json_object", "json_schema", "regex"], type => new(
                422,
                $"Failed to deserialize the JSON body into the target type: response_format: unknown variant `{type}`",
                "validation")),
        ],
    };

    private static string TypeOf(OpenAiCompatibleError error) => error.Type switch
    {
        "validation" or "tool_error" or "template_error" or "overloaded" => error.Type,
        _ => error.Status >= 500 ? "generation" : "validation",
    };

    private static OpenAiCompatibleError? Words(LlmErrorKind kind, string model) => kind switch
    {
        LlmErrorKind.RateLimited => new(429, "Model is overloaded", "overloaded"),
        LlmErrorKind.ContextLengthExceeded => new(
            422,
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 9001 `inputs` tokens and 512 "
                + "`max_new_tokens`",
            "validation"),
        LlmErrorKind.InvalidRequest => new(422, "Input validation error: `temperature` must be strictly positive", "validation"),
        LlmErrorKind.ServerError => new(424, "Request failed during generation: Server error: CUDA out of memory", "generation"),
        _ => null,
    };
}
