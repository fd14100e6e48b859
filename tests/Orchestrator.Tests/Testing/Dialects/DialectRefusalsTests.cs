using Orchestrator.Testing;
using static Orchestrator.Tests.Testing.Dialects.DialectWire;

namespace Orchestrator.Tests.Testing.Dialects;

/// <summary>What strict servers refuse, in their own words and shape.</summary>
public sealed class DialectRefusalsTests
{
    private const string NoArguments = """{"type":"object","properties":{}}""";

    public static TheoryData<OpenAiDialect, string, int, string> Refused
    {
        get
        {
            var rows = new TheoryData<OpenAiDialect, string, int, string>();
            foreach (var (dialect, body, status, words) in Messages().Concat(Options()).Concat(Tools()).Concat(State()))
                rows.Add(dialect, body, status, words);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_breaks_a_rule_is_refused_in_the_vendor_s_words(OpenAiDialect dialect, string body, int status, string words)
    {
        await using var wire = new DialectWire(dialect);

        var (answered, text) = await wire.AskAsync(body);

        text.Should().Contain(words);
        answered.Should().Be(status);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_lenient_server_lets_rules_of_the_vendor_pass(OpenAiDialect dialect, string body, int status, string words)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.Strict = false;

        var (answered, text) = await wire.AskAsync(body);

        (answered == 200 || !text.Contains(words, StringComparison.Ordinal)).Should().BeTrue($"{status} is the vendor's own rule");
    }

    [Theory]
    [ClassData(typeof(EveryDialect))]
    public async Task An_ordinary_request_passes_every_strict_server(OpenAiDialect dialect)
    {
        await using var wire = new DialectWire(dialect);
        var hasTools = dialect != OpenAiDialect.Perplexity;

        var (status, text) = await wire.AskAsync(Body(
            """{"role":"system","content":"s"},{"role":"user","content":"x"},{"role":"assistant","content":"y"},"""
                + """{"role":"user","content":"z"}""",
            "\"temperature\":0.5,\"max_tokens\":10" + (hasTools ? "," + Tool(NoArguments) : "")));

        status.Should().Be(200, text);
    }

    private static IEnumerable<(OpenAiDialect Dialect, string Body, int Status, string Words)> Messages()
    {
        const string Named = """{"role":"user","name":"Anna Bell","content":"x"}""";
        const string Empty = """{"role":"user","content":"x"},{"role":"assistant","content":""},{"role":"user","content":"y"}""";
        const string Developer = """{"role":"developer","content":"x"},{"role":"user","content":"x"}""";
        yield return (OpenAiDialect.OpenAi, Body(Named), 400, "Invalid 'messages[0].name': string does not match pattern");
        yield return (OpenAiDialect.Azure, Body(Named), 400, "'^[a-zA-Z0-9_-]+$'");
        yield return (OpenAiDialect.Groq, Body(Named), 400, "property 'name' is unsupported");
        yield return (OpenAiDialect.OpenAi, Body(Step(new string('x', 41))), 400, "string_above_max_length");
        yield return (OpenAiDialect.Mistral, Body(Step("call_1")), 400,
            "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.\",\"type\":\"invalid_function_call\"");
        yield return (OpenAiDialect.Mistral, Body(Step("abc123XYZ") + ",{\"role\":\"user\",\"content\":\"z\"}"), 400,
            "Unexpected role 'user' after role 'tool'");
        yield return (OpenAiDialect.Mistral, Body("""{"role":"user","content":"x"},{"role":"assistant","content":"y"}"""), 400,
            "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant");
        yield return (OpenAiDialect.Mistral, Body(Empty), 400, "must have either content or tool_calls, but not none");
        yield return (OpenAiDialect.Moonshot, Body(Empty), 400, "the message at position 1 with role 'assistant' must not be empty");
        yield return (OpenAiDialect.DeepSeek, Body(Empty), 400, "content or tool_calls must be set");
        yield return (OpenAiDialect.Gemini, Body(Empty), 400, "must include at least one parts field");
        yield return (OpenAiDialect.XAi, Body(Empty), 400,
            """{"code":"Client specified an invalid argument","error":"Invalid request content: Each message""");
        yield return (OpenAiDialect.XAi, Body("""{"role":"user","content":[]}"""), 400, "at least one content element");
        yield return (OpenAiDialect.DeepSeek, Body(Developer), 400, "unknown variant `developer`");
        yield return (OpenAiDialect.Qwen, Body(Developer), 400, "developer is not one of");
        yield return (OpenAiDialect.Perplexity, Body("""{"role":"user","content":"x"},{"role":"user","content":"y"}"""), 400,
            "should alternate with assistant message(s).\",\"type\":\"invalid_message\",\"code\":400");
        yield return (OpenAiDialect.LlamaCpp, Body(Empty), 500, "must contain either 'content' or 'tool_calls'");
    }

    private static IEnumerable<(OpenAiDialect Dialect, string Body, int Status, string Words)> Options()
    {
        const string Streamed = "\"stream\":true,\"stream_options\":{\"include_usage\":true}";
        const string Json = "\"response_format\":{\"type\":\"json_object\"}";
        yield return (OpenAiDialect.OpenAi, Body(options: "\"top_k\":4"), 400, "Unrecognized request argument supplied: top_k");
        yield return (OpenAiDialect.Groq, Body(options: "\"top_k\":4"), 400, "property 'top_k' is unsupported");
        yield return (OpenAiDialect.Groq, Body(options: "\"logprobs\":true"), 400, "`logprobs` is not supported");
        yield return (OpenAiDialect.Gemini, Body(options: "\"top_k\":4"), 400,
            "[{\"error\":{\"code\":400,\"message\":\"Invalid JSON payload received. Unknown name \\\"top_k\\\": Cannot find field.\"");
        yield return (OpenAiDialect.Mistral, Body(options: Streamed), 422, "\"loc\":[\"body\",\"stream_options\"]");
        yield return (OpenAiDialect.Mistral, Body(options: "\"max_completion_tokens\":4"), 422, "\"type\":\"extra_forbidden\"");
        yield return (OpenAiDialect.Mistral, Body(options: "\"seed\":4"), 422, "\"input\":4");
        yield return (OpenAiDialect.OpenAi, Body(options: "\"max_tokens\":4", model: "o3-mini"), 400,
            "Use 'max_completion_tokens' instead");
        yield return (OpenAiDialect.OpenAi, Body(options: Json), 400, "must contain the word 'json'");
        yield return (OpenAiDialect.Qwen, Body(options: Json), 400, "must contain the word 'json'");
        yield return (OpenAiDialect.LmStudio, Body(options: Json), 400,
            """{"error":"'response_format.type' must be 'json_schema' or 'text'"}""");
        yield return (OpenAiDialect.DeepSeek, Body(options: "\"response_format\":{\"type\":\"json_schema\"}"), 400, "is unavailable now");
        yield return (OpenAiDialect.XAi, Body(options: "\"presence_penalty\":0"), 400,
            "Argument not supported on this model: presencePenalty");
        yield return (OpenAiDialect.XAi, Body(options: "\"reasoning_effort\":\"low\""), 400, "reasoningEffort");
        yield return (OpenAiDialect.Qwen, Body(options: "\"enable_thinking\":true"), 400,
            "must be set to false for non-streaming calls\",\"type\":\"invalid_request_error\","
                + "\"param\":null,\"code\":\"invalid_parameter_error\"");
        yield return (OpenAiDialect.Moonshot, Body(options: "\"thinking\":{\"type\":\"enabled\"},\"reasoning_effort\":\"low\""), 400,
            "cannot specify both");
        yield return (OpenAiDialect.Vllm, Body(options: "\"tool_choice\":\"auto\""), 400, "`tools` must be set");
        yield return (OpenAiDialect.SgLang, Body(options: "\"tool_choice\":\"required\""), 400,
            """{"object":"error","message":"Tools cannot""");
    }

    private static IEnumerable<(OpenAiDialect Dialect, string Body, int Status, string Words)> Tools()
    {
        const string Choice = "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}";
        yield return (OpenAiDialect.OpenAi, Body(options: Tool("{}")), 400, "got 'type: \\\"None\\\"'");
        yield return (OpenAiDialect.OpenAi, Body(options: Tool("""{"type":"object"}""")), 400, "object schema missing properties");
        yield return (OpenAiDialect.Azure, Body(options: Tool("""{"type":"object"}""")), 400, "invalid_function_parameters");
        yield return (OpenAiDialect.OpenRouter, Body(options: Tool("{}")), 400,
            "\"metadata\":{\"raw\":\"Invalid schema for function 'look'");
        yield return (OpenAiDialect.Tgi, Body(options: Tool("{}")), 422, "\"error_type\":\"tool_error\"");
        yield return (OpenAiDialect.LmStudio, Body(options: Tool("{}")), 400, "invalid_literal");
        yield return (OpenAiDialect.Moonshot, Body(options: Tool("{}")), 400, "tools.function.parameters.type is required and must be");
        yield return (OpenAiDialect.Moonshot,
            Body(options: Tool("""{"type":"object","properties":{"a":{"type":"string","anyOf":[{"type":"string"}]}}}""")), 400,
            "<At path 'properties.a': when using anyOf, type should be defined in anyOf items instead of the parent schema>");
        yield return (OpenAiDialect.Moonshot, Body(options: Tool("""{"type":"object","properties":{"a":true}}""")), 400,
            "property schema must be an object");
        foreach (var dialect in new[] { OpenAiDialect.DeepSeek, OpenAiDialect.Gemini, OpenAiDialect.Groq, OpenAiDialect.Mistral,
            OpenAiDialect.XAi, OpenAiDialect.Qwen, OpenAiDialect.Together })
        {
            yield return (dialect, Body(options: Tool("{}")), 400, "error");
            yield return (dialect, Body(options: Tool(NoArguments, "look up")), 400, "error");
        }

        yield return (OpenAiDialect.Perplexity, Body(options: Tool(NoArguments)), 400, "Tool calling is not supported");
        yield return (OpenAiDialect.LmStudio, Body(options: $"{Choice},{Tool(NoArguments)}"), 400, "Invalid tool_choice type: 'object'");
        yield return (OpenAiDialect.LlamaCpp, Body(options: $"{Choice},{Tool(NoArguments)}"), 400, "type must be string, but is object");
        yield return (OpenAiDialect.Mistral, Body(options: "\"tools\":[]"), 422, "\"loc\":[\"body\",\"tools\"]");
    }

    private static IEnumerable<(OpenAiDialect Dialect, string Body, int Status, string Words)> State()
    {
        const string Thought = ",\"reasoning_content\":\"hm\"";
        const string Signed = ",\"extra_content\":{\"google\":{\"thought_signature\":\"QUJD\"}}";
        yield return (OpenAiDialect.DeepSeek, Body(Step("a"), model: "deepseek-reasoner"), 400,
            "Missing `reasoning_content` field in the assistant message at message index 1");
        yield return (OpenAiDialect.DeepSeek, Body(Step("a"), "\"thinking\":{\"type\":\"enabled\"}"), 400,
            "Missing `reasoning_content` field");
        yield return (OpenAiDialect.Moonshot, Body(Step("a"), model: "kimi-k2-thinking"), 400,
            "thinking is enabled but reasoning_content is missing in assistant tool call message at index 1");
        yield return (OpenAiDialect.Moonshot, Body(Step("a", ",\"reasoning_content\":\"\""), model: "kimi-k2-thinking"), 400, "is missing");
        yield return (OpenAiDialect.Gemini, Body(Step("a")), 400,
            "missing a thought_signature in functionCall parts. This is required for tools to work correctly");
        yield return (OpenAiDialect.Gemini, Body(Step("a", ofCall: Signed)), 400, "Corrupted thought signature.");
        yield return (OpenAiDialect.Gemini, Body(Step("a", Thought)), 400, "Unknown name \\\"reasoning_content\\\" at 'messages[1]'");
        yield return (OpenAiDialect.Groq, Body(Step("a", Thought)), 400,
            "'messages.1' : for 'role:assistant' the following must be satisfied[('messages.1' : "
                + "property 'reasoning_content' is unsupported)]");
        yield return (OpenAiDialect.Mistral, Body(Step("abc123XYZ", Thought)), 422,
            "\"loc\":[\"body\",\"messages\",1,\"assistant\",\"reasoning_content\"]");
        yield return (OpenAiDialect.OpenAi, Body(Step("a", Thought)), 400, "Unknown parameter: 'messages[1].reasoning_content'.");
    }
}
