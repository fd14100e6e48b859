using Microsoft.Extensions.AI;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Ollama;

/// <summary>Prompts that the server cut without a word.</summary>
public class OllamaTruncationTests
{
    private static readonly string Long = string.Concat(Enumerable.Range(0, 3000).Select(i => $"tree {i} is tall, "));

    [Theory]
    [BothModes]
    public async Task A_prompt_that_was_cut_is_warned_of_once_for_each_provider(bool streamed)
    {
        await using var test = new OllamaCase();
        var logs = new Logs();
        await using var router = ChatSurface.InOrder(null, null, logs, test.Provider);
        for (var i = 0; i < 2; i++)
            await router.RunAsync(streamed, Long);
        var warning = logs.Named("llm_prompt_truncated").Should().ContainSingle().Subject;
        (warning.Id.Id, warning.Level).Should().Be((112, Microsoft.Extensions.Logging.LogLevel.Warning));
        warning.Message.Should().Contain("'local'").And.Contain("4096").And.NotContain("tree");
    }

    [Theory]
    [InlineData("a short prompt", 1)]
    [InlineData(null, 12_000)]
    public async Task Short_prompts_and_counts_that_are_near_are_not(string? prompt, int reported)
    {
        await using var test = new OllamaCase(o => o.ContextLength = 100_000);
        test.Server.Reply = new FakeReply("ok") { PromptTokens = reported };
        var logs = new Logs();
        await using var router = ChatSurface.InOrder(null, null, logs, test.Provider);
        await router.RunAsync(streamed: false, prompt ?? string.Concat(Enumerable.Range(0, 2000).Select(i => $"tree {i} is tall, ")));
        logs.Named("llm_prompt_truncated").Should().BeEmpty();
    }

    [Fact]
    public async Task Other_vendors_are_not_counted()
    {
        var logs = new Logs();
        await using var router = ChatSurface.InOrder(null, null, logs, FakeProvider.Answering("other", "ok"));
        await router.RunAsync(streamed: false, Long);
        logs.Named("llm_prompt_truncated").Should().BeEmpty();
    }
}
