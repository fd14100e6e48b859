using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>The text of messages that the model reads.</summary>
internal static class MessageText
{
    // Quotes, colon and comma of one argument in JSON.
    private const int PerArgument = 3;

    // A few arguments of each call are counted, however many other calls have.
    private const int FewestArguments = 16;

    public static void Add(ref TokenTally tally, IReadOnlyList<ChatMessage> messages, MessageTemplate template, int mediaTokens)
    {
        var walk = new SampledWalk(messages.Count);
        while (walk.Next(ref tally))
        {
            var mark = tally.Mark();
            tally.AddFlat(template.PerMessage);
            Add(ref tally, messages[walk.Index], template.SendsThoughts, mediaTokens);
            tally.Weigh(mark, walk.Weight);
        }
    }

    private static void Add(ref TokenTally tally, ChatMessage message, bool thoughts, int mediaTokens)
    {
        if (message.AuthorName is { Length: > 0 } name)
        {
            tally.AddFlat(1);
            tally.Add(name);
        }

        var contents = message.Contents;
        var walk = new SampledWalk(contents.Count);
        while (walk.Next(ref tally))
        {
            var mark = tally.Mark();
            Add(ref tally, contents[walk.Index], thoughts, mediaTokens);
            tally.Weigh(mark, walk.Weight);
        }
    }

    private static void Add(ref TokenTally tally, AIContent content, bool thoughts, int mediaTokens)
    {
        switch (content)
        {
            case TextContent text:
                tally.Add(text.Text);
                break;
            case TextReasoningContent thought when thoughts:
                tally.Add(thought.Text);
                break;
            case FunctionCallContent call:
                tally.Add(call.Name);
                if (call.Arguments is { } arguments)
                    AddArguments(ref tally, arguments);
                break;
            case FunctionResultContent result:
                AddValue(ref tally, result.Result);
                break;
            case DataContent or UriContent or HostedFileContent when mediaTokens > 0:
                tally.AddFlat(mediaTokens);
                tally.MarkRough();
                break;
        }
    }

    private static void AddArguments(ref TokenTally tally, IDictionary<string, object?> arguments)
    {
        var mark = tally.Mark();
        var seen = 0;
        foreach (var (name, value) in arguments)
        {
            if (!tally.TakeEntry() && seen >= FewestArguments)
            {
                tally.Weigh(mark, (double)arguments.Count / seen);
                return;
            }

            seen++;
            tally.AddFlat(PerArgument);
            tally.Add(name);
            AddValue(ref tally, value);
        }
    }

    private static void AddValue(ref TokenTally tally, object? value)
    {
        if (value is string text)
            tally.Add(text);
        else if (value is JsonElement json)
            JsonText.Add(ref tally, json);
        else if (value is not null)
            JsonText.Add(ref tally, value);
    }
}
