using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>An answer that says nothing but that something went wrong is a failure.</summary>
public sealed class ErrorContentTests
{
    private const string Prompt = "a secret of the prompt";

    public static TheoryData<string, bool> Forms()
    {
        var data = new TheoryData<string, bool>();
        foreach (var form in new[]
        {
            "alone", "finish", "usage", "empty text", "several", "whole", "whole after role", "finish before", "one update"
        })
        {
            data.Add(form, true);
            data.Add(form, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_error_alone_fails_over_in_whatever_form(string form, bool streamed)
    {
        var log = new AttemptLog();
        await using var router = InOrder(
            new() { Observers = { log } }, new FakeProvider("a", (_, _) => Some.Updates(Form(form))), FakeProvider.Answering("b", "ok"));
        (await router.RunAsync(streamed, Prompt)).Text.Should().Be("ok");

        log.Attempts.Select(a => a.Outcome).Should().Equal(AttemptOutcome.Failed, AttemptOutcome.Succeeded);
        var error = log.Attempts[0].Error!;
        error.Kind.Should().Be(LlmErrorKind.ServerError);
        error.ToString().Should().NotContain("secret");
    }

    [Theory]
    [InlineData("rate_limit_exceeded", "", LlmErrorKind.RateLimited)]
    [InlineData("429", "", LlmErrorKind.RateLimited)]
    [InlineData("503", "", LlmErrorKind.Unavailable)]
    [InlineData("insufficient_quota", "", LlmErrorKind.QuotaExceeded)]
    [InlineData("context_length_exceeded", "", LlmErrorKind.ContextLengthExceeded)]
    [InlineData(null, "This model's maximum context length is 8 tokens.", LlmErrorKind.ContextLengthExceeded)]
    [InlineData("Refusal", "I cannot help with that.", LlmErrorKind.ContentFiltered)]
    [InlineData("content_filter", "", LlmErrorKind.ContentFiltered)]
    [InlineData(null, "boom", LlmErrorKind.ServerError)]
    [InlineData("whatever", null, LlmErrorKind.ServerError)]
    public async Task The_kind_is_read_from_the_code_or_the_words(string? code, string? words, LlmErrorKind kind)
    {
        foreach (var streamed in new[] { true, false })
        {
            var content = new ErrorContent(words) { ErrorCode = code };
            await using var router = InOrder(
                null, new FakeProvider("a", (_, _) => Some.Updates(new ChatResponseUpdate { Contents = [content] }, Some.Finish())));
            var error = await router.FailAsync<LlmException>(streamed);
            error.Kind.Should().Be(kind);
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task With_text_it_is_part_of_the_answer(bool streamed, bool before)
    {
        var error = new ErrorContent("a part is missing");
        ChatResponseUpdate[] parts = [new() { Contents = [error] }, Some.Word("the text")];
        await using var router =
            InOrder(null, new FakeProvider("a", (_, _) => Some.Updates([.. before ? parts : parts.Reverse(), Some.Finish()])));
        var response = streamed
            ? await router.RouteStreamAsync("hello").ToChatResponseAsync()
            : (await router.RouteAsync("hello")).Response;
        response.Text.Should().Be("the text");
        response.Messages.SelectMany(m => m.Contents).OfType<ErrorContent>().Should().ContainSingle().Which.Message
            .Should().Be("a part is missing");
    }

    [Theory]
    [BothModes]
    public async Task The_only_provider_s_error_is_thrown_typed(bool streamed)
    {
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(Form("several"))));
        var error = await router.FailAsync<AllProvidersFailedException>(streamed, messages: [new(ChatRole.User, Prompt)]);
        error.ToString().Should().NotContain("secret");
        error.PartialText.Should().BeNull();
    }

    private static ChatResponseUpdate[] Form(string form)
    {
        var said = new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            Contents = [new ErrorContent($"cannot answer '{Prompt}'") { ErrorCode = Prompt, Details = Prompt }]
        };
        return form switch
        {
            "alone" => [said],
            "finish" => [said, Some.Finish()],
            "usage" => [said, Some.Usage(3, 0), Some.Finish()],
            "empty text" => [Some.Word(""), said, Some.Word(""), Some.Finish()],
            "several" => [said, said, said],
            "finish before" => [Some.Finish(), said],
            "one update" => [new()
            {
                Contents = [new TextContent(""), .. said.Contents, new UsageContent(new() { InputTokenCount = 3 })],
                FinishReason = ChatFinishReason.Stop
            }],
            "whole" => [Whole(said)],
            _ => [new(ChatRole.Assistant, ""), Whole(said)],
        };
    }

    private static ChatResponseUpdate Whole(ChatResponseUpdate said) => new()
    {
        RawRepresentation = new ChatResponse(new ChatMessage(ChatRole.Assistant, said.Contents))
        {
            FinishReason = ChatFinishReason.Stop,
            Usage = new() { InputTokenCount = 3 }
        },
    };
}
