using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Errors end up in logs: what a server repeats of the request stays out of them.</summary>
public class EchoTests
{
    private const string Prompt = "My name is Erika Mustermann\nand my number is 555-0199-27.";

    [Theory]
    [BothModes]
    public async Task FastApi_says_what_and_where_but_not_the_input(bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Status(422, """
            {"detail":[{"type":"string_type","loc":["body","messages",0,"content"],"msg":"Input should be a valid string","input":"Erika","ctx":{"error":"Erika"},"url":"https://errors.example/Erika"},
            {"loc":["body","temperature"],"msg":"Input should be less than 2","input":{"a":["Erika"]}}, "Erika", null]}
            """));

        var (_, error) = await wire.Provider.FailAsync(new LlmRequest("Erika") { Streaming = streamed });

        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        error.Message.Should().NotContain("Erika")
            .And.Contain("body.messages.0.content: Input should be a valid string; body.temperature: Input should be less than 2");
    }

    [Theory]
    [InlineData("{\"error\":{\"message\":\"cannot parse 'My name is Erika Mustermann\\nand my number is 555-0199-27.' as a "
        + "tool\",\"code\":\"My name is Erika Mustermann\"}}", 400)]
    [InlineData("{\"error\":\"cannot parse My name is Erika Mustermann\"}", 500)]
    [InlineData("{\"what\":\"cannot parse\",\"request\":[{\"content\":\"My name is Erika Mustermann\\nand my number is "
        + "555-0199-27.\"}],\"input\":\"Erika\"}", 400)]
    [InlineData("cannot parse: name is Erika Mustermann", 500)]
    [InlineData("{\"error\":\"cannot parse My name is Erika Mustermann\"}", 200)]
    [InlineData("{\"what\":\"cannot parse\",\"input\":\"My na\\u006de is Erika Must", 400)]
    public async Task What_a_server_repeats_of_the_prompt_is_cut(string body, int status)
    {
        await using var ollama = new OllamaCase();
        await using var openAi = new Wire();
        ollama.Server.Always = openAi.Server.Always = Fault.Status(status, body);
        foreach (var streamed in new[] { true, false })
        {
            foreach (var provider in new ILlmProvider[] { ollama.Provider, openAi.Provider })
            {
                var (_, error) = await provider.FailAsync(new LlmRequest(Prompt) { Streaming = streamed });
                (error + error.ProviderCode).Should().Contain("cannot parse").And.NotContain("Erika").And.NotContain("0199");
            }
        }
    }

    [Fact]
    public async Task What_a_server_repeats_inside_a_stream_is_cut()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Stream(
            "data: {\"error\":{\"message\":\"cannot parse My name is Erika Mustermann\",\"code\":\"My name is Erika Mustermann\"}}\n\n"));
        var (_, error) = await wire.Provider.FailAsync(new LlmRequest(Prompt) { Streaming = true });
        (error + error.ProviderCode).Should().Contain("cannot parse").And.NotContain("Erika");
    }

    [Fact]
    public void Instructions_results_and_arguments_are_prompts_too()
    {
        const string secret = "a secret of nineteen";
        LlmRequest[] requests =
        [
            new("hi") { Options = new ChatOptions { Instructions = secret } },
            new([new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c", secret)])]),
            new([new ChatMessage(
                ChatRole.Assistant, [new FunctionCallContent("c", "f", new Dictionary<string, object?> { ["a"] = secret })])]),
            new([new ChatMessage(ChatRole.Assistant, [new TextReasoningContent(secret)])]),
        ];
        foreach (var request in requests)
            PromptEcho.Cut($"no: {secret}!", request).Should().Be("no: …!");
    }

    [Theory]
    [InlineData("the words of a server", "the words of a server")]
    [InlineData("0123456789a", "0123456789a")]
    [InlineData("0123456789ab", "…")]
    [InlineData("0123456789abcdef", "…")]
    [InlineData("<0123456789abcdefg> and <0123456789abcdefg>", "<…> and <…>")]
    [InlineData("", "")]
    public void Only_long_pieces_are_cut(string text, string expected) =>
        PromptEcho.Cut(text, new LlmRequest("xx0123456789abcdefg0123yy")).Should().Be(expected);

    [Fact]
    public async Task The_kind_is_found_before_words_are_cut()
    {
        const string words = "this model's maximum context length is 4096 tokens";
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Status(400, $"{{\"error\":{{\"message\":\"{words}\"}}}}"));
        var (_, error) = await wire.Provider.FailAsync(new LlmRequest($"What does \"{words}\" mean?"));
        error.Kind.Should().Be(LlmErrorKind.ContextLengthExceeded);
        error.Message.Should().NotContain("4096");
    }
}
