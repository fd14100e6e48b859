using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>Answers in every form a provider may give one, by chance; the same seed gives the same answer.</summary>
internal static class RandomAnswers
{
    private static readonly DateTimeOffset Noon = new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The updates of one answer; each call makes objects of its own.</summary>
    public static ChatResponseUpdate[] Of(int seed)
    {
        var dice = new Random(seed);
        return dice.Next(4) switch
        {
            0 => [Whole(dice)],
            1 => [Part(dice, content: true), .. Parts(dice, 3), Whole(dice)],
            2 => [Whole(dice), .. Parts(dice, 3)],
            _ => [.. Parts(dice, 1 + dice.Next(7)), End(dice)],
        };
    }

    public static UsageDetails Usage(Random dice)
    {
        var usage = new UsageDetails();
        if (dice.Next(4) != 0)
            usage.InputTokenCount = dice.Next(1, 40);
        if (dice.Next(4) != 0)
            usage.OutputTokenCount = dice.Next(1, 40);
        if (dice.Next(3) == 0)
            usage.TotalTokenCount = (usage.InputTokenCount ?? 9) + (usage.OutputTokenCount ?? 9) + (dice.Next(2) * 12);
        if (dice.Next(3) == 0)
            usage.CachedInputTokenCount = dice.Next(0, 1 + (int)(usage.InputTokenCount ?? 0));
        if (dice.Next(3) == 0)
            usage.ReasoningTokenCount = dice.Next(0, 1 + (int)(usage.OutputTokenCount ?? 0));
        if (dice.Next(4) == 0)
            usage.AdditionalCounts = new() { [$"own{dice.Next(2)}"] = dice.Next(5) };
        return usage;
    }

    private static ChatResponseUpdate[] Parts(Random dice, int count) =>
        [.. Enumerable.Range(0, dice.Next(count + 1)).Select(_ => Part(dice, dice.Next(5) != 0))];

    private static ChatResponseUpdate Part(Random dice, bool content)
    {
        var update = new ChatResponseUpdate
        {
            Role = dice.Next(4) switch { 0 => null, 1 when dice.Next(3) == 0 => ChatRole.Tool, _ => ChatRole.Assistant },
            Contents = content ? Contents(dice) : [],
            ModelId = dice.Next(3) == 0 ? $"model-{dice.Next(2)}" : null,
            MessageId = dice.Next(3) == 0 ? $"m{dice.Next(2)}" : null,
            ResponseId = dice.Next(3) == 0 ? $"r{dice.Next(2)}" : null,
            ConversationId = dice.Next(5) == 0 ? $"c{dice.Next(2)}" : null,
            AuthorName = dice.Next(6) == 0 ? $"Ada{dice.Next(2)}" : null,
            CreatedAt = dice.Next(3) == 0 ? Noon.AddSeconds(dice.Next(3)) : null,
            FinishReason = dice.Next(8) == 0 ? ChatFinishReason.Length : null,
            RawRepresentation = dice.Next(3) == 0 ? new object() : null,
            AdditionalProperties = dice.Next(6) == 0 ? new() { [$"key{dice.Next(2)}"] = "value" } : null,
        };
        if (dice.Next(4) == 0)
            update.Contents.Add(new UsageContent(Usage(dice)));
        return update;
    }

    private static ChatResponseUpdate End(Random dice)
    {
        var update = new ChatResponseUpdate { FinishReason = dice.Next(5) == 0 ? ChatFinishReason.ContentFilter : ChatFinishReason.Stop };
        if (dice.Next(2) == 0)
            update.Contents.Add(new UsageContent(Usage(dice)));
        return update;
    }

    private static ChatResponseUpdate Whole(Random dice)
    {
        var response = new ChatResponse
        {
            ModelId = dice.Next(2) == 0 ? "whole-model" : null,
            ResponseId = dice.Next(2) == 0 ? "whole-r" : null,
            ConversationId = dice.Next(4) == 0 ? "whole-c" : null,
            CreatedAt = dice.Next(2) == 0 ? Noon.AddSeconds(dice.Next(3)) : null,
            FinishReason = dice.Next(4) == 0 ? null : ChatFinishReason.Stop,
            Usage = dice.Next(3) == 0 ? null : Usage(dice),
        };
        for (var i = dice.Next(dice.Next(3) == 0 ? 0 : 1, 4); i > 0; i--)
        {
            response.Messages.Add(new ChatMessage(dice.Next(4) == 0 ? ChatRole.Tool : ChatRole.Assistant, Contents(dice))
            {
                MessageId = dice.Next(2) == 0 ? $"m{i}" : null,
                AuthorName = dice.Next(4) == 0 ? "Bob" : null,
                CreatedAt = dice.Next(4) == 0 ? Noon.AddSeconds(dice.Next(3)) : null,
            });
        }

        var update = new ChatResponseUpdate
        {
            RawRepresentation = response,
            FinishReason = response.FinishReason ?? (dice.Next(2) == 0 ? ChatFinishReason.Stop : null)
        };
        if (dice.Next(2) == 0)
            update.Contents = [.. response.Messages.SelectMany(m => m.Contents)];
        if (dice.Next(4) == 0)
            update.ModelId = "update-model";
        if (dice.Next(4) == 0)
            update.Contents.Add(new UsageContent(Usage(dice)));
        // Something that makes it an answer in any case.
        if (update.FinishReason is null)
            update.FinishReason = response.FinishReason = ChatFinishReason.Stop;
        return update;
    }

    private static List<AIContent> Contents(Random dice) => [.. Enumerable.Range(0, 1 + dice.Next(3)).Select(_ => Content(dice))];

    private static AIContent Content(Random dice) => dice.Next(12) switch
    {
        0 => new TextReasoningContent("thought "),
        1 => new TextReasoningContent("sealed ") { ProtectedData = "x" },
        2 => new FunctionCallContent($"id{dice.Next(3)}", "name", new Dictionary<string, object?> { ["n"] = 1 }),
        3 => new DataContent("data:image/png;base64,AAAA"),
        4 => new TextContent("annotated") { Annotations = [new CitationAnnotation { Title = "book" }] },
        5 => new TextContent(""),
        6 => new TextContent("more ") { AdditionalProperties = new() { ["a"] = 1 } },
        7 => new TextContent("raw ") { RawRepresentation = new object() },
        _ => new TextContent($"word{dice.Next(10)} "),
    };
}
