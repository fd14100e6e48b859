using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Gathers the text of an answer that is counted: what was said, what was thought, and what tools were called with.</summary>
internal static class AnswerText
{
    /// <summary>The text of a buffered answer, which is all there.</summary>
    /// <param name="answer">A whole response, a single update or a <see cref="CollectedAnswer"/>.</param>
    /// <param name="input">What the attempt was given.</param>
    public static StreamedText Of(object? answer, in AttemptInput input)
    {
        var text = new StreamedText(input.Services.Counter, input.Provider.Info);
        switch (answer)
        {
            case ChatResponse whole:
                foreach (var message in whole.Messages)
                    AppendAll(text, message.Contents, input);
                break;
            case ChatResponseUpdate only:
                AppendAll(text, only.Contents, input);
                break;
            case CollectedAnswer collected:
                foreach (var message in collected.Messages)
                    AppendAll(text, message.Contents, input);
                break;
        }

        return text;
    }

    /// <summary>A tool call is paid for as text is, but is none of the answer's.</summary>
    public static void AppendCall(StreamedText text, FunctionCallContent call, in AttemptInput input)
    {
        try
        {
            text.AppendThought(call.Name);
            foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
            {
                text.AppendThought(name);
                AppendValue(text, value);
            }
        }
#pragma warning disable CA1031 // An argument is any object of the provider's: one that throws costs its tokens, not the answer.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.TokenCountFailed(input.Services.Logger, input.Provider.Info.Name, error);
        }
    }

    private static void AppendAll(StreamedText text, IList<AIContent> contents, in AttemptInput input)
    {
        foreach (var content in contents)
        {
            if (content is TextContent words)
                text.Append(words.Text);
            else if (content is TextReasoningContent thought)
                text.AppendThought(thought.Text);
            else if (content is FunctionCallContent call)
                AppendCall(text, call, input);
        }
    }

    private static void AppendValue(StreamedText text, object? value)
    {
        const int Longest = 256 * 1024;
        if (value is not JsonElement { ValueKind: not JsonValueKind.Undefined } json
            || JsonMarshal.GetRawUtf8Value(json) is not { Length: > Longest } raw)
        {
            text.AppendThought(value?.ToString() ?? "null");
            return;
        }

        // A value this long is taken to go on as it begins: copying all of it would hold the caller.
        var beginning = Encoding.UTF8.GetString(raw[..Longest]);
        for (var times = raw.Length / Longest; times > 0; times--)
            text.AppendThought(beginning);
    }
}
