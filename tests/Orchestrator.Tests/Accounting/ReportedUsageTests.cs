using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Accounting;

/// <summary>What a provider reports of its usage, and what the caller is shown of it.</summary>
public class ReportedUsageTests
{
    [Theory]
    [InlineData(5, 3, null, 5, 3)]
    // What the total has beside both halves is reasoning that the vendor bills and did not count.
    [InlineData(5, 3, 100, 5, 95)]
    [InlineData(5, 3, 7, 5, 3)]
    [InlineData(null, 3, 10, 7, 3)]
    [InlineData(5, null, 10, 5, 5)]
    [InlineData(null, 3, null, null, 3)]
    [InlineData(5, null, null, 5, null)]
    [InlineData(null, null, null, null, null)]
    public void One_half_and_the_total_give_the_other_half(int? input, int? output, int? total, int? prompt, int? completion)
    {
        var reported = new ReportedUsage();
        reported.Add(new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = total });
        (reported.HasPrompt, reported.HasCompletion, reported.HasAny)
            .Should().Be((prompt is not null, completion is not null, (prompt ?? completion) is not null));
        var usage = reported.ToUsage(UsageSource.Provider);
        (usage.PromptTokens, usage.CompletionTokens).Should().Be((prompt ?? 0, completion ?? 0));
    }

    [Fact]
    public void A_total_alone_is_divided_as_it_was_counted()
    {
        var reported = new ReportedUsage();
        reported.Add(new UsageDetails { TotalTokenCount = 10 });
        (reported.HasPrompt, reported.HasCompletion, reported.HasAny).Should().Be((false, false, true));
        reported.ToUsage(UsageSource.Estimate, countedPrompt: 4, countedCompletion: 2)
            .Should().Be(new TokenUsage(4, 6) { Source = UsageSource.Estimate });
        reported.ToUsage(UsageSource.Estimate, countedPrompt: 40, countedCompletion: 2)
            .Should().Be(new TokenUsage(8, 2) { Source = UsageSource.Estimate });
        reported.ToUsage(UsageSource.Estimate, countedPrompt: 40, countedCompletion: 20)
            .Should().Be(new TokenUsage(0, 10) { Source = UsageSource.Estimate });
    }

    [Theory]
    [InlineData("CacheCreationInputTokens")]
    [InlineData("cache_creation_input_tokens")]
    [InlineData("CacheWriteInputTokens")]
    [InlineData("cache_write_tokens")]
    [InlineData("InputTokenDetails.CacheWriteTokenCount")]
    public void What_was_written_to_a_cache_is_found_by_the_names_of_adapters(string name)
    {
        var reported = new ReportedUsage();
        reported.Add(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 10, AdditionalCounts = new() { [name] = 60 } });
        reported.ToUsage(UsageSource.Provider)
            .Should().Be(new TokenUsage(100, 10) { CacheWriteTokens = 60, Source = UsageSource.Provider });
    }

    [Theory]
    [InlineData("CacheReadInputTokens", 60, 0)]
    [InlineData("cache_read_input_tokens", 60, 0)]
    [InlineData("InputTokenDetails.CachedTokenCount", 60, 0)]
    [InlineData("prompt_cache_hit_tokens", 60, 0)]
    [InlineData("CachedContentTokenCount", 60, 0)]
    [InlineData("OutputTokenDetails.ReasoningTokenCount", 0, 60)]
    [InlineData("ThoughtsTokenCount", 0, 60)]
    [InlineData("prompt_cache_miss_tokens", 0, 0)]
    [InlineData("UncachedInputTokens", 0, 0)]
    [InlineData("OutputTokenDetails.AcceptedPredictionTokenCount", 0, 0)]
    [InlineData("own", 0, 0)]
    [InlineData("", 0, 0)]
    public void Other_parts_are_found_by_the_names_of_adapters_too(string name, int cached, int reasoning)
    {
        var reported = new ReportedUsage();
        reported.Add(new UsageDetails { InputTokenCount = 100, OutputTokenCount = 70, AdditionalCounts = new() { [name] = 60 } });
        var usage = reported.ToUsage(UsageSource.Provider);
        (usage.PromptTokens, usage.CompletionTokens, usage.CachedTokens, usage.ReasoningTokens).Should().Be((100, 70, cached, reasoning));
    }

    [Fact]
    public void Correcting_twice_changes_nothing_more()
    {
        var once = ReportedUsage.Corrected(new UsageDetails
        {
            InputTokenCount = 100,
            OutputTokenCount = 10,
            TotalTokenCount = 5150,
            CachedInputTokenCount = 5000,
            ReasoningTokenCount = 40
        });
        Counts(once).Should().Equal(5100, 50, 5150, 5000, 40);
        Counts(ReportedUsage.Corrected(once)).Should().Equal(5100, 50, 5150, 5000, 40);
        var half = ReportedUsage.Corrected(new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 5000 });
        Counts(ReportedUsage.Corrected(half)).Should().Equal(5100, null, null, 5000, null);
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
        var reported = new UsageDetails
        {
            TotalTokenCount = 100,
            CachedInputTokenCount = 9,
            ReasoningTokenCount = 8,
            AdditionalCounts = new() { ["own"] = 1 }
        };
        var shown = new TokenUsage(5, 3).ToDetails(reported);
        shown.Should().BeSameAs(reported);
        Counts(shown).Should().Equal([5, 3, 8, 9, 8], "of cached and reasoning tokens nothing better is known, and a total is a sum");
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
