using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>The names under which servers report tokens, and what they count in.</summary>
public class UsageDialectsTests
{
    /// <summary>The usage as sent; prompt, completion, cached and reasoning as billed.</summary>
    public static TheoryData<string, int, int, int, int> Dialects => new()
    {
        // OpenAI: everything inside.
        { """{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,"prompt_tokens_details":{"cached_tokens":64}"""
            + ""","completion_tokens_details":{"reasoning_tokens":40}}""", 100, 50, 64, 40 },
        // xAI and Gemini: reasoning in the total only, reported or not.
        { """{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}""",
            32, 103, 0, 94 },
        { """{"prompt_tokens":11,"completion_tokens":10,"total_tokens":741}""", 11, 730, 0, 0 },
        // DeepSeek.
        { """{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}""",
            100, 5, 64, 0 },
        // Moonshot.
        { """{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"cached_tokens":64}""", 100, 5, 64, 0 },
        // The nested count wins, wherever it stands.
        { """{"cached_tokens":10,"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"prompt_tokens_details":"""
            + """{"cached_tokens":64},"prompt_cache_hit_tokens":20}""", 100, 5, 64, 0 },
        { """{"prompt_tokens_details":{"cached_tokens":64},"cached_tokens":10,"prompt_tokens":100,"completion_tokens":5"""
            + ""","total_tokens":105}""", 100, 5, 64, 0 },
        { """{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":null},"cached_tokens":10}""",
            100, 5, 10, 0 },
        { """{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":null,"cached_tokens":10}""", 100, 5, 10, 0 },
        // Anthropic's counts through a proxy: the prompt leaves out what the cache gave and took.
        { """{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110,"cache_read_input_tokens":5000}""", 5100, 10, 5000, 0 },
        { """{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110,"cache_read_input_tokens":4000"""
            + ""","cache_creation_input_tokens":1000}""", 5100, 10, 4000, 0 },
        { """{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110,"prompt_tokens_details":{"cached_tokens":5000}}""",
            5100, 10, 5000, 0 },
        // Reasoning at the top.
        { """{"prompt_tokens":10,"completion_tokens":90,"total_tokens":100,"reasoning_tokens":30}""", 10, 90, 0, 30 },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Tokens_are_found_by_every_name_and_add_up(string usage, int prompt, int completion, int cached, int reasoning)
    {
        foreach (var (streamed, buffered) in new[] { (true, false), (false, false), (false, true) })
        {
            await using var wire = new Wire();
            wire.Server.Enqueue(Sent(usage, whole: buffered));
            await using var router = ChatSurface.InOrder(null, wire.Provider);
            var (_, route) = await router.RunAsync(streamed);
            route.Usage.Should().BeEquivalentTo(
                new
                {
                    PromptTokens = prompt,
                    CompletionTokens = completion,
                    CachedTokens = cached,
                    ReasoningTokens = reasoning,
                    Source = UsageSource.Provider
                },
                $"{usage}, streamed: {streamed}, whole: {buffered}");
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_content_itself_says_the_right_numbers(string usage, int prompt, int completion, int cached, int reasoning)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var wire = new Wire();
            wire.Server.Enqueue(Sent(usage, whole: !streamed));
            var told = (await wire.AnswerAsync(streamed)).Usage!;
            (told.InputTokenCount, told.OutputTokenCount, told.TotalTokenCount)
                .Should().Be(((long?)prompt, (long?)completion, (long?)prompt + completion));
            (told.CachedInputTokenCount ?? 0, told.ReasoningTokenCount ?? 0).Should().Be((cached, reasoning));
        }
    }

    internal static Fault Sent(string usage, bool whole) => whole
        ? Fault.Body("""{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":""" + usage + "}")
        : Fault.Stream(Encoding.UTF8.GetBytes(
            """data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}]}""" + "\n\n"
            + """data: {"choices":[],"usage":""" + usage + "}\n\ndata: [DONE]\n\n"));
}
