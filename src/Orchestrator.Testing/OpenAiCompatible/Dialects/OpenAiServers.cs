using System.Text.RegularExpressions;

namespace Orchestrator.Testing;

/// <summary>OpenAI itself.</summary>
/// <remarks>
/// Sources: platform.openai.com/docs/api-reference/chat; the words of dotnet/extensions#6827 (names), openai/openai-agents-python#454
/// (tools without parameters), BerriAI/litellm#5803 (<c>stream_options</c>), Portkey's library of errors.
/// </remarks>
internal static partial class OpenAiServers
{
    public static readonly IReadOnlyList<DialectRule> Rules =
    [
        OptionRules.Only(OptionRules.OfOpenAi, option => new(400, $"Unrecognized request argument supplied: {option.Name}")),
        MessageRules.Fields(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "audio", "annotations",
            },
            (index, _, field) => new(
                400,
                $"Unknown parameter: 'messages[{index}].{field.Name}'.",
                Param: $"messages[{index}].{field.Name}",
                Code: "unknown_parameter")),
        MessageRules.Names(Name(), index => new(
            400,
            $"Invalid 'messages[{index}].name': string does not match pattern. "
                + @"Expected a string that matches the pattern '^[^\s<|\\/>]+$'.",
            Param: $"messages[{index}].name",
            Code: "invalid_value")),
        MessageRules.CallIds(CallId(), (path, id) => new(
            400,
            $"Invalid '{path}': string too long. "
                + $"Expected a string with maximum length 40, but got a string with length {id.Length} instead.",
            Param: path,
            Code: "string_above_max_length")),
        ToolRules.NotEmpty(new(
            400,
            "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array instead.",
            Param: "tools",
            Code: "empty_array")),
        ToolRules.Names(ToolRules.OrdinaryName(), (index, _) => new(
            400,
            $"Invalid 'tools[{index}].function.name': string does not match pattern. "
                + "Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
            Param: $"tools[{index}].function.name",
            Code: "invalid_value")),
        ToolRules.Objects((name, lack) => new(
            400,
            lack == BareSchema.NoObject
                ? $"Invalid schema for function '{name}': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'."
                : $"Invalid schema for function '{name}': In context=(), object schema missing properties.",
            Param: "tools[0].function.parameters",
            Code: "invalid_function_parameters")),
        OptionRules.WithTools("tool_choice", new(
            400, "'tool_choice' is only allowed when 'tools' are specified.", Param: "tool_choice")),
        OptionRules.WithTools("parallel_tool_calls", new(
            400, "'parallel_tool_calls' is only allowed when 'tools' are specified.", Param: "parallel_tool_calls")),
        OptionRules.JsonIsNamed(new(
            400,
            "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
            Param: "messages")),
        OptionRules.If(
            r => IsReasoning(r.Model) && r.Body.Property("max_tokens") is not null,
            _ => new(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                Param: "max_tokens",
                Code: "unsupported_parameter")),
    ];

    public static Dialect OpenAi { get; } = new()
    {
        Name = OpenAiDialect.OpenAi,
        IsStrict = false,
        Shape = new() { HasOpenAiFields = true },
        Rules = Rules,
    };

    /// <summary>Servers on FastAPI that say <c>detail</c>.</summary>
    public static Dialect FastApi { get; } = new()
    {
        Name = OpenAiDialect.FastApi,
        IsStrict = false,
        Errors = new() { Write = static (json, error) => json.WriteString("detail", error.Message) },
    };

    // The models whose requests have a limit of reasoning and answer together.
    private static bool IsReasoning(string model) => ReasoningModel().IsMatch(model);

    [GeneratedRegex(@"^[^\s<|\\/>]{1,64}$")]
    private static partial Regex Name();

    [GeneratedRegex("^.{1,40}$")]
    private static partial Regex CallId();

    [GeneratedRegex("^(o[134]|gpt-5)")]
    private static partial Regex ReasoningModel();
}
