using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>What OpenAI refuses in a chat request, in its order and its words.</summary>
internal static class OpenAiCompatibleRules
{
    public static readonly OpenAiCompatibleError NoJson = new(
        400,
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. "
            + "The OpenAI API expects a JSON payload, but what was sent was not valid JSON. "
            + "If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)");

    public static readonly OpenAiCompatibleError NoModel = new(400, "you must provide a model parameter");

    private static readonly HashSet<string> Roles = ["system", "developer", "user", "assistant", "tool", "function"];

    /// <param name="body">The body.</param>
    /// <param name="deployment">The model that the address names; null when the body has to.</param>
    public static OpenAiCompatibleError? Check(JsonElement? body, string? deployment)
    {
        if (body is not { ValueKind: JsonValueKind.Object } request)
            return NoJson;
        if (deployment is null && request.StringProperty("model") is not { Length: > 0 })
            return NoModel;
        return CheckMessages(request) ?? CheckOptions(request);
    }

    /// <summary>The key of a request; null when it has none.</summary>
    public static OpenAiCompatibleError? CheckKey(CapturedRequest request, string? key)
    {
        if (key is null)
            return null;
        if (request.Header("Authorization") is not { } header)
        {
            return new OpenAiCompatibleError(
                401,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
                    + "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the API "
                    + "from your browser and are prompted for a username and password. "
                    + "You can obtain an API key from https://platform.openai.com/account/api-keys.");
        }

        var sent = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : header;
        return sent == key ? null : OpenAiCompatibleError.Of(LlmErrorKind.Authentication, "") with
        {
            Message = $"Incorrect API key provided: {Masked(sent)}. "
                + "You can find your API key at https://platform.openai.com/account/api-keys.",
        };
    }

    private static OpenAiCompatibleError? CheckMessages(JsonElement request)
    {
        if (request.Property("messages") is not { } messages)
        {
            return new OpenAiCompatibleError(
                400, "Missing required parameter: 'messages'.", Param: "messages", Code: "missing_required_parameter");
        }
        if (messages.ValueKind != JsonValueKind.Array)
        {
            return new OpenAiCompatibleError(
                400,
                $"Invalid type for 'messages': expected an array of objects, but got {NameOf(messages)} instead.",
                Param: "messages",
                Code: "invalid_type");
        }

        if (messages.GetArrayLength() == 0)
        {
            return new OpenAiCompatibleError(
                400,
                "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
                Param: "messages",
                Code: "empty_array");
        }

        var calls = new HashSet<string>(StringComparer.Ordinal);
        var unanswered = new HashSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var role = message.StringProperty("role");
            if (role is null)
            {
                return new OpenAiCompatibleError(
                    400,
                    $"Missing required parameter: 'messages[{index}].role'.",
                    Param: $"messages[{index}].role",
                    Code: "missing_required_parameter");
            }

            if (!Roles.Contains(role))
            {
                return new OpenAiCompatibleError(
                    400,
                    $"Invalid value: '{role}'. "
                        + "Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.",
                    Param: $"messages[{index}].role",
                    Code: "invalid_value");
            }

            if (role != "tool" && unanswered.Count > 0)
                return Unanswered(unanswered, index);
            if (message.Property("tool_calls") is { ValueKind: JsonValueKind.Array } made)
            {
                unanswered.UnionWith(made.EnumerateArray().Select(c => c.StringProperty("id") ?? ""));
                calls.UnionWith(unanswered);
            }
            else if (role != "tool" && message.Property("content") is null && message.Property("function_call") is null
                && message.Property("refusal") is null)
            {
                return new OpenAiCompatibleError(
                    400, $"Invalid value for 'content': expected a string, got null.", Param: $"messages.[{index}].content");
            }

            if (role == "tool" && (message.StringProperty("tool_call_id") is not { } id || !calls.Contains(id)))
            {
                return new OpenAiCompatibleError(
                    400,
                    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
                    Param: $"messages.[{index}].role");
            }

            if (role == "tool")
                unanswered.Remove(message.StringProperty("tool_call_id")!);
            index++;
        }

        return unanswered.Count > 0 ? Unanswered(unanswered, index) : null;
    }

    private static OpenAiCompatibleError Unanswered(IEnumerable<string> calls, int index) => new(
        400,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. "
            + $"The following tool_call_ids did not have response messages: {string.Join(", ", calls)}",
        Param: $"messages.[{index}].role");

    private static OpenAiCompatibleError? CheckOptions(JsonElement request)
    {
        if (request.Property("stream_options") is not null && request.BooleanProperty("stream") != true)
        {
            return new OpenAiCompatibleError(
                400, "The 'stream_options' parameter is only allowed when 'stream' is enabled.", Param: "stream_options");
        }

        if (request.Property("max_tokens") is not null && request.Property("max_completion_tokens") is not null)
        {
            return new OpenAiCompatibleError(
                400,
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
                Param: "max_tokens",
                Code: "invalid_parameter_combination");
        }

        return Range(request, "temperature", 0, 2)
            ?? Range(request, "top_p", 0, 1)
            ?? Range(request, "presence_penalty", -2, 2)
            ?? Range(request, "frequency_penalty", -2, 2);
    }

    private static OpenAiCompatibleError? Range(JsonElement request, string name, double low, double high)
    {
        if (request.Property(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number)
        {
            return new OpenAiCompatibleError(
                400, $"Invalid type for '{name}': expected a decimal, but got {NameOf(value)} instead.", Param: name, Code: "invalid_type");
        }

        var number = value.GetDouble();
        if (number > high)
        {
            return new OpenAiCompatibleError(
                400,
                $"Invalid '{name}': decimal above maximum value. Expected a value <= {high}, but got {value.GetRawText()} instead.",
                Param: name,
                Code: "decimal_above_max_value");
        }

        return number < low
            ? new OpenAiCompatibleError(
                400,
                $"Invalid '{name}': decimal below minimum value. Expected a value >= {low}, but got {value.GetRawText()} instead.",
                Param: name,
                Code: "decimal_below_min_value")
            : null;
    }

    private static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "a boolean",
    };

    private static string Masked(string key) =>
        key.Length < 12 ? new string('*', key.Length) : $"{key[..8]}{new string('*', key.Length - 12)}{key[^4..]}";
}
