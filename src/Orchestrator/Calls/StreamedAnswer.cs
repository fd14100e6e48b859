using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>What an attempt keeps of a live stream, whose reader gets the updates one by one.</summary>
internal sealed class StreamedAnswer
{
    /// <summary>The updates that wait for the answer to be committed.</summary>
    public HeldUpdates Held { get; } = new();

    /// <summary>The sum of the usage in the updates that the reader was given; null before the first.</summary>
    public UsageDetails? ShownUsage;

    /// <summary>The last model named by those updates.</summary>
    public string? ShownModel { get; set; }

    /// <summary>
    /// Notes usage and model of an update that the reader is given. Returns a copy with the total where both halves of a usage come without
    /// it.
    /// </summary>
    public ChatResponseUpdate Show(ChatResponseUpdate update)
    {
        if (update.ModelId is { } model)
            ShownModel = model;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is not UsageContent { Details: { } details } usage)
                continue;
            if (details is { InputTokenCount: { } prompt, OutputTokenCount: { } completion, TotalTokenCount: null })
            {
                if (ReferenceEquals(contents, update.Contents))
                {
                    update = update.Clone();
                    update.Contents = contents = [.. contents];
                }

                details = UsageSum.Copy(details)!;
                details.TotalTokenCount = prompt + completion;
                contents[i] = new UsageContent(details)
                {
                    AdditionalProperties = usage.AdditionalProperties,
                    RawRepresentation = usage.RawRepresentation,
                };
            }

            UsageSum.Add(ref ShownUsage, details);
        }

        return update;
    }
}
