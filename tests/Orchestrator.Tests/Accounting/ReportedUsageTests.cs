using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Accounting;

/// <summary>What a provider reports of its usage, and what the caller is shown of it.</summary>
public class ReportedUsageTests
{
    [Theory]
    [InlineData(5, 3, null, 5, 3)]
    // Only what is missing comes from the total.
    [InlineData(5, 3, 100, 5, 3)]
    [InlineData(null, 3, 10, 7, 3)]
    [InlineData(5, null, 10, 5, 5)]
    [InlineData(null, 3, null, null, 3)]
    [InlineData(5, null, null, 5, null)]
    [InlineData(null, null, 10, null, null)]
    [InlineData(null, null, null, null, null)]
    public void One_half_and_the_total_give_the_other_half(int? input, int? output, int? total, int? prompt, int? completion)
    {
        var reported = new ReportedUsage();
        reported.Add(new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = total });
        (reported.HasPrompt, reported.HasCompletion, reported.HasAny).Should().Be((prompt is not null, completion is not null, (prompt ?? completion) is not null));
        var usage = reported.ToUsage(UsageSource.Provider);
        (usage.PromptTokens, usage.CompletionTokens).Should().Be((prompt ?? 0, completion ?? 0));
    }

    [Fact]
    public void No_usage_at_all_is_none()
    {
        var reported = new ReportedUsage();
        reported.Add(null);
        reported.HasAny.Should().BeFalse();
    }

    [Fact]
    public void What_the_provider_reported_beside_the_counts_is_kept()
    {
        var reported = new UsageDetails { TotalTokenCount = 100, CachedInputTokenCount = 9, ReasoningTokenCount = 8, AdditionalCounts = new() { ["own"] = 1 } };
        var shown = new TokenUsage(5, 3).ToDetails(reported);
        shown.Should().BeSameAs(reported);
        Counts(shown).Should().Equal([5, 3, 100, 9, 8], "of cached and reasoning tokens nothing better is known");
    }

    [Fact]
    public void Counts_of_our_own_are_shown_where_there_are_any()
    {
        var shown = new TokenUsage(5, 3) { CachedTokens = 2, ReasoningTokens = 1 }.ToDetails();
        Counts(shown).Should().Equal(5, 3, 8, 2, 1);
        Counts(new TokenUsage(5, 3).ToDetails()).Should().Equal(5, 3, 8, null, null);
    }

    private static long?[] Counts(UsageDetails usage) =>
        [usage.InputTokenCount, usage.OutputTokenCount, usage.TotalTokenCount, usage.CachedInputTokenCount, usage.ReasoningTokenCount];
}
