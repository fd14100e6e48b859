using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.GigaChat;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Providers.Yandex;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Whatever was sent and however a server escapes it: errors do not repeat it.</summary>
public class EchoEscapesTests
{
    private const string Key = "sk-Wren7Heath9Fjord2Larch4Moss";

    // Quotes, slashes, line ends, a pair of surrogates, an accent, ideographs, and what looks like escapes by itself.
    private const string Prompt =
        "Мой \"секретный\" дневник: C:\\users\\new/ёлка\n\tπ≈3 & 100%25 < \\u0416 🦉 garçon 秘密の日記は誰にも見せない, adieu mes amis d'hier";

    public static TheoryData<string> Escapes => Leaks.Names;

    [Theory]
    [MemberData(nameof(Escapes))]
    public async Task An_echo_is_cut_however_it_is_escaped(string escape)
    {
        var said = Leaks.Escapes[escape](Prompt);
        await using var ollama = new OllamaCase();
        await using var openAi = new Wire();
        await using var giga = new GigaChatCase();
        await using var yandex = new YandexGptCase();
        (FakeLlmServer, ILlmProvider)[] all = [(ollama.Server, ollama.Provider), (openAi.Server, openAi.Provider),
            (giga.Server, giga.Provider), (yandex.Server, yandex.Provider)];
        foreach (var (server, provider) in all)
        {
            foreach (var fault in Echoes(said))
            {
                server.ChooseFault = request => request.Path.Contains("oauth", StringComparison.Ordinal) ? Fault.None : fault;
                foreach (var streamed in new[] { true, false })
                {
                    var (_, error) = await provider.FailAsync(new LlmRequest(Prompt) { Streaming = streamed });
                    foreach (var text in new[] { error.ToString(), error.Message, error.ProviderCode, error.RequestId })
                    {
                        Leaks.In(text, Prompt, 12).Should().BeNull();
                        Leaks.Piece(text, said).Should().BeNull();
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Escapes))]
    public async Task A_key_is_cut_however_it_is_escaped(string escape)
    {
        var said = Leaks.Escapes[escape](Key);
        await using var openAi = new Wire(o => o.ApiKey = Key);
        foreach (var fault in Echoes(said))
        {
            openAi.Server.ChooseFault = _ => fault;
            foreach (var streamed in new[] { true, false })
            {
                var (_, error) = await openAi.Provider.FailAsync(new LlmRequest("hi") { Streaming = streamed });
                foreach (var text in new[] { error.ToString(), error.Message, error.ProviderCode, error.RequestId })
                    Leaks.In(text, Key, 6).Should().BeNull();
            }

            var found = await openAi.Provider.DiagnoseAsync();
            Leaks.In($"{found} {found.Error}", Key, 6).Should().BeNull();
        }
    }

    public static TheoryData<string, LlmRequest> Places()
    {
        const string text = "the nightjar sleeps at noon";
        var schema = JsonDocument.Parse(
            $$$"""{"type":"object","properties":{"a":{"type":"string","description":"{{{text}}}"} } }""").RootElement;
        static LlmRequest With(ChatOptions options) => new("hi") { Options = options };
        static LlmRequest Of(AIContent content) => new([new ChatMessage(ChatRole.User, [content])]);
        return new()
        {
            { "instructions", With(new() { Instructions = text }) },
            { "stop", With(new() { StopSequences = [text] }) },
            { "property", With(new() { AdditionalProperties = new() { ["user"] = text } }) },
            { "nested property", With(
                new() { AdditionalProperties = new() { ["metadata"] = JsonDocument.Parse($$"""{"a":["{{text}}"]}""").RootElement } }) },
            { "tool description", With(new() { Tools = [AIFunctionFactory.Create(() => 1, "f", text)] }) },
            { "tool schema", With(new() { Tools = [AIFunctionFactory.CreateDeclaration("f", "d", schema)] }) },
            { "answer schema", With(new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "n", "d") }) },
            { "answer schema description", With(new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, "n", text) }) },
            { "conversation", With(new() { ConversationId = text }) },
            { "argument", Of(new FunctionCallContent("c", "f", new Dictionary<string, object?> { ["a"] = text })) },
            { "object argument", Of(new FunctionCallContent(
                "c", "f", new Dictionary<string, object?> { ["a"] = new Dictionary<string, object?> { ["b"] = text } })) },
            { "result", Of(new FunctionResultContent("c", text)) },
            { "result object", Of(new FunctionResultContent("c", JsonDocument.Parse($$"""{"b":"{{text}}"}""").RootElement)) },
            { "id of a call", Of(new FunctionCallContent(text, "f")) },
            { "id of a result", Of(new FunctionResultContent(text, "r")) },
            { "thought", Of(new TextReasoningContent(text)) },
            { "link", Of(new UriContent(new Uri($"https://host.example/{text.Replace(' ', '-')}?a=1"), "image/png")) },
            { "file text", Of(new DataContent(System.Text.Encoding.UTF8.GetBytes(text), "text/plain")) },
            { "author", new([new ChatMessage(ChatRole.User, "hi") { AuthorName = text }]) },
        };
    }

    [Theory]
    [MemberData(nameof(Places), DisableDiscoveryEnumeration = true)]
    public void Everything_that_is_sent_counts(string place, LlmRequest request)
    {
        place.Should().NotBeEmpty();
        foreach (var echo in new[] { "The nightjar  sleeps at noon", @"the nightjar\u0020sleeps\u0020at\u0020noon",
            "the%20nightjar%20sleeps%20at%20noon", "the-nightjar-sleeps-at-noon" })
            PromptEcho.Cut($"no: {echo}!", request).Should().Be("no: …!");
    }

    [Fact]
    public void An_image_that_comes_back_in_base64_is_cut_and_other_codes_are_not()
    {
        var image = new byte[100_000];
        new Random(7).NextBytes(image);
        var request = new LlmRequest([new ChatMessage(ChatRole.User, [new DataContent(image, "image/png")])]);
        var sent = Convert.ToBase64String(image);

        PromptEcho.Cut($"bad image data:image/png;base64,{sent[5001..5200]}", request).Should().Be("bad image data:image/png;base64,…");
        PromptEcho.Cut("bad image of req_011CSHoEeqs5C35K2UUqR7Fy", request).Should().Be("bad image of req_011CSHoEeqs5C35K2UUqR7Fy");
    }

    [Theory]
    [InlineData("my pin is 4921", "no: my pin is 4921!", "no: …!")]
    [InlineData("秘密の日記は", "no: 秘密の日記は!", "no: …!")]
    [InlineData("hi", "hi, what?", "hi, what?")]
    [InlineData("Иван ВИЧ", "no: иван  вич!", "no: …!")]
    [InlineData("Иван ВИЧ", "no: \\u0418\\u0432\\u0430\\u043d\\u0020\\u0412\\u0418\\u0427!", "no: …!")]
    [InlineData("Иван ВИЧ", "no: 0JjQstCw0L0g0JLQmNCn!", "no: …!")]
    [InlineData("Иван ВИЧ", "no:%20%D0%98%D0%B2%D0%B0%D0%BD%20%D0%92%D0%98%D0%A7%20!", "no:%20…%20!")]
    [InlineData("糖尿病", "说糖尿病不行", "说…不行")]
    [InlineData("tests", "the latests of contests", "the latests of contests")]
    [InlineData("tests", "'tests' of contests", "'…' of contests")]
    [InlineData("<{(=?!?=)}>", "no: <{(=?!?=)}>.", "no: ….")]
    [InlineData("?!", "what ?!", "what ?!")]
    public void Short_texts_are_cut_where_they_stand_whole(string prompt, string said, string shown) =>
        PromptEcho.Cut(said, new LlmRequest(prompt)).Should().Be(shown);

    [Fact]
    public void Short_parts_are_cut_where_they_come_back_joined()
    {
        ChatMessage[] parts = [new(ChatRole.User, [new TextContent("the night"), new TextContent("jar sle"), new TextContent("eps")])];
        ChatMessage[] messages = [new(ChatRole.User, "the night"), new(ChatRole.User, "jar sle"), new(ChatRole.User, "eps")];
        foreach (var asked in new[] { parts, messages })
        {
            PromptEcho.Cut("no: the nightjar sleeps!", new LlmRequest(asked)).Should().Be("no: …!");
            PromptEcho.Cut("no: the night jar sle eps!", new LlmRequest(asked)).Should().Be("no: …!");
        }

        var secretive = new LlmRequest([new ChatMessage(ChatRole.User, [new TextContent(new string('x', 500) + " the night"),
            new TextContent("jar sle"), new TextContent("eps at noon " + new string('y', 500))])]);
        PromptEcho.Cut("no: the nightjar sleeps at noon!", secretive).Should().Be("no: …!");
    }

    [Fact]
    public void Words_of_a_schema_language_stay()
    {
        var schema = JsonDocument.Parse(
            """{"type":"object","additionalProperties":true,"properties":{"nightingale_number":{"type":"string"}}}""").RootElement;
        var request = new LlmRequest("hi")
        {
            Options = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("f", "d", schema)] }
        };

        PromptEcho.Cut("'additionalProperties' is required to be false, see nightingale_number", request)
            .Should().Be("'additionalProperties' is required to be false, see …");
    }

    [Theory]
    [InlineData("sk-W***************4Moss", "sk-W***************4Moss")]
    [InlineData("the key sk-Wren7Heath9**** is wrong", "the key ******* is wrong")]
    [InlineData("the key ****rd2Larch4Moss is wrong", "the key ******* is wrong")]
    public void Masks_that_show_no_more_than_the_ends_stay(string said, string shown) =>
        PromptEcho.Cut(said, null, [Key]).Should().Be(shown);

    [Fact]
    public async Task Headers_of_the_client_that_was_handed_in_are_secrets_too()
    {
        await using var server = new FakeOpenAiServer();
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Tenant", "wagtail-of-the-brook");
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("linnet:goldcrest-and-siskin"u8));
        using var provider =
            new OpenAiCompatibleProvider("wired", new OpenAiCompatibleOptions { BaseUrl = server.BaseUrl, Model = "m" }, client);
        foreach (var fault in Echoes("wagtail-of-the-brook, goldcrest-and-siskin"))
        {
            server.ChooseFault = _ => fault;
            foreach (var streamed in new[] { true, false })
            {
                var (_, error) = await provider.FailAsync(new LlmRequest("hi") { Streaming = streamed });
                $"{error} {error.ProviderCode} {error.RequestId}"
                    .Should().NotContain("wagtail").And.NotContain("goldcrest").And.NotContain("siskin");
            }
        }
    }

    [Fact]
    public void A_long_prompt_makes_no_error_slow_and_what_cannot_be_compared_is_not_shown()
    {
        var request = new LlmRequest(string.Concat(Enumerable.Repeat("пятьдесят мегабайт \\ текста % & ", 1_600_000))
            + "the nightjar sleeps at noon");
        PromptEcho.Cut("warm", request);
        var watch = TimeProvider.System.GetTimestamp();
        PromptEcho.Cut("no: the nightjar sleeps at noon", request).Should().Be("…");
        TimeProvider.System.GetElapsedTime(watch).Should().BeLessThan(TimeSpan.FromSeconds(2));

        request = new LlmRequest(string.Concat(Enumerable.Repeat("много слов ", 700_000)) + "the nightjar sleeps at noon");
        watch = TimeProvider.System.GetTimestamp();
        PromptEcho.Cut(new string('\\', 50_000) + string.Concat(Enumerable.Repeat("&%u", 50_000)), request);
        PromptEcho.Cut("no: the nightjar sleeps at noon", request).Should().Be("no: …");
        TimeProvider.System.GetElapsedTime(watch).Should().BeLessThan(TimeSpan.FromSeconds(6));
    }

    private static IEnumerable<Fault> Echoes(string said)
    {
        var text = JsonSerializer.Serialize(said);
        yield return Fault.Status(
            400, $$$"""{"error":{"message":{{{text}}},"code":{{{text}}},"type":{{{text}}} },"message":{{{text}}},"code":{{{text}}} }""");
        yield return Fault.Status(422, $$"""{"detail":[{"loc":["body",{{text}}],"msg":{{text}}}]}""");
        yield return Fault.Status(500, $$"""{ "what": { "happened": [ {{text}} ] } }""");
        yield return Fault.Status(500, said);
        yield return Fault.Status(
            200, $$$"""{"error":{"message":{{{text}}},"code":{{{text}}} },"status":500,"message":{{{text}}},"code":{{{text}}} }""");
        yield return Fault.Stream($$"""data: {"error":{"message":{{text}},"code":{{text}},"type":{{text}}} }""" + "\n\n");
        if (said.All(c => c is >= ' ' and <= '~'))
            yield return Fault.Status(503, "{}").And(Fault.Header("x-request-id", said)).And(Fault.Header("x-server-trace-id", said));
    }
}
