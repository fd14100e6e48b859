using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Sdk;

/// <summary>The OpenAI SDK and OllamaSharp as providers of a router.</summary>
public class SdkRouterTests
{
    private static readonly ChatMessage[] Question = [new(ChatRole.User, "Какая погода в Твери?")];

    public static TheoryData<Sdk, bool> Both => SdkClients.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Text_and_usage_come_through(Sdk sdk, bool streamed)
    {
        await using var test = new SdkClients(sdk);
        test.Server.Reply = new FakeReply("Тепло и ясно 🌤.") { PromptTokens = 9, CompletionTokens = 6 };

        var answer = await test.AnswerAsync(streamed, Question);

        (answer.Text, answer.FinishReason).Should().Be(("Тепло и ясно 🌤.", ChatFinishReason.Stop));
        (answer.Usage!.InputTokenCount, answer.Usage.OutputTokenCount).Should().Be((9, 6));
        test.Server.LastRequest.Json!.Value.GetProperty("messages")[0].GetProperty("content").ToString()
            .Should().Contain("Какая погода в Твери?");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_tool_is_offered_called_answered_and_the_text_follows(Sdk sdk, bool streamed)
    {
        await using var test = new SdkClients(sdk);
        var weather = AIFunctionFactory.Create((string city) => $"+20 in {city}", "weather", "Tells the weather.");
        test.Server.Enqueue(new FakeReply("") { ToolCalls = [new("weather", """{"city":"Тверь"}""", "call_1")] });
        test.Server.Enqueue(new FakeReply("В Твери +20."));

        var asked = await test.AnswerAsync(streamed, Question, new ChatOptions { Tools = [weather] });

        var call = asked.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle().Subject;
        (call.Name, $"{call.Arguments!["city"]}").Should().Be(("weather", "Тверь"));
        test.Server.LastRequest.Json!.Value.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString()
            .Should().Be("weather");

        List<ChatMessage> history =
            [.. Question, .. asked.Messages, new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "+20 in Тверь")])];
        var answer = await test.AnswerAsync(streamed, history, new ChatOptions { Tools = [weather] });

        answer.Text.Should().Be("В Твери +20.");
        var sent = test.Server.LastRequest.Json!.Value.GetProperty("messages").EnumerateArray().ToList();
        sent.Select(m => m.GetProperty("role").GetString()).Should().Equal("user", "assistant", "tool");
        sent[2].GetProperty("content").ToString().Should().Contain("+20 in");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task FunctionInvokingChatClient_around_the_router_calls_the_tool(Sdk sdk, bool streamed)
    {
        await using var test = new SdkClients(sdk);
        var cities = new List<string>();
        var weather = AIFunctionFactory.Create(
            (string city) =>
            {
                cities.Add(city);
                return "+20";
            },
            "weather");
        test.Server.Enqueue(new FakeReply("")
        {
            ToolCalls = [new("weather", """{"city":"Тверь"}""", "call_1"), new("weather", """{"city":"Омск"}""", "call_2")]
        });
        test.Server.Enqueue(new FakeReply("Везде +20."));
        using var client = new FunctionInvokingChatClient(test.Router);

        var answer = await SdkClients.AnswerAsync(client, streamed, Question, new ChatOptions { Tools = [weather] });

        answer.Text.Should().Be("Везде +20.");
        cities.Should().Equal("Тверь", "Омск");
        test.Server.ChatCount.Should().Be(2);
        test.Server.LastRequest.Json!.Value.GetProperty("messages").EnumerateArray().Count(m => m.GetProperty("role").GetString() == "tool")
            .Should().Be(2);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Statuses_get_their_kinds(Sdk sdk, bool streamed)
    {
        foreach (var (status, kind) in new[]
        {
            (401, LlmErrorKind.Authentication), (403, LlmErrorKind.Permission), (404, LlmErrorKind.ModelNotFound),
            (429, LlmErrorKind.RateLimited),
            (500, LlmErrorKind.ServerError), (503, LlmErrorKind.Unavailable),
        })
        {
            // A router for each: some of these leave the provider out for a time.
            await using var one = new SdkClients(sdk);
            one.Server.Always = Fault.Status(status);
            var error = await FailAsync(one.Router, streamed);
            (error.Kind, error.StatusCode).Should().Be((kind, status));
            error.Message.Should().NotContain("sk-fake");
        }

        await using var test = new SdkClients(sdk);
        test.Server.Enqueue(Fault.ContextLength());
        (await FailAsync(test.Router, streamed)).Kind.Should().Be(LlmErrorKind.ContextLengthExceeded);
        test.Server.Enqueue(Fault.RateLimited("7"));
        // OllamaSharp's exception has no headers.
        (await FailAsync(test.Router, streamed)).RetryAfter.Should().Be(sdk == Sdk.OpenAi ? TimeSpan.FromSeconds(7) : null);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_closed_port_is_unavailable(Sdk sdk, bool streamed)
    {
        using var closed = new ClosedPort();
        await using var router = SdkClients.RouterTo(sdk, closed.Address);

        var error = await FailAsync(router, streamed);

        (error.Kind, error.StatusCode).Should().Be((LlmErrorKind.Unavailable, null));
        error.Message.Should().Contain("ConnectionRefused");
    }

    [Theory]
    [InlineData(Sdk.OpenAi, CutKind.Close)]
    [InlineData(Sdk.OpenAi, CutKind.Reset)]
    [InlineData(Sdk.OpenAi, CutKind.Clean)]
    [InlineData(Sdk.OllamaSharp, CutKind.Close)]
    [InlineData(Sdk.OllamaSharp, CutKind.Reset)]
    [InlineData(Sdk.OllamaSharp, CutKind.Clean)]
    public async Task A_cut_stream_is_interrupted_though_the_sdk_may_end_it_quietly(Sdk sdk, CutKind how)
    {
        await using var test = new SdkClients(sdk);
        // Slow enough for the text to be read before a reset drops what is still under way.
        test.Server.Enqueue(
            new FakeReply("one two three four") { EventDelay = TimeSpan.FromMilliseconds(40) }, Fault.CutAfterEvents(3, how));

        var error = await FailAsync(test.Router, streamed: true);

        error.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        error.PartialText.Should().StartWith("one two");
    }

    [Theory]
    [InlineData(Sdk.OpenAi)]
    [InlineData(Sdk.OllamaSharp)]
    public async Task An_error_inside_a_stream_is_no_answer(Sdk sdk)
    {
        await using var test = new SdkClients(sdk);
        test.Server.Enqueue(new FakeReply("one two three four"), Fault.ErrorEvent(2));

        (await FailAsync(test.Router, streamed: true)).Kind.Should().Be(LlmErrorKind.StreamInterrupted);
    }

    private static async Task<LlmException> FailAsync(Router router, bool streamed)
    {
        var error = await router.FailAsync<LlmException>(streamed);
        return error is AllProvidersFailedException all ? all.InnerException.Should().BeOfType<LlmException>().Subject : error;
    }
}
