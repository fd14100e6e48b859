using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Cuts out of a server's words what it repeats of the request: errors end up in logs, and prompts must not.</summary>
internal static class PromptEcho
{
    /// <summary>Pieces of this length and longer are cut. Shorter ones are words that anybody may say.</summary>
    public const int Shortest = 16;

    // An excerpt shows less than this; what comes after it is dropped unseen.
    private const int Considered = 4 * HttpCaps.Excerpt;
    private const ulong Base = 1_099_511_628_211;

    private static readonly ulong Oldest = PowerOfBase();

    public static string? Cut(string? text, LlmRequest? request)
    {
        if (text is null || request is null || text.Length < Shortest)
            return text;
        text = text.Length > Considered ? text[..Considered] : text;
        var wanted = new HashSet<ulong>();
        Roll(text, (_, hash) => wanted.Add(hash));
        // By their hashes: should two different pieces have the same, a bit too much is cut.
        var found = new HashSet<ulong>();
        foreach (var said in TextsOf(request))
        {
            Roll(said, (_, hash) =>
            {
                if (wanted.Contains(hash))
                    found.Add(hash);
            });
        }

        return found.Count == 0 ? text : Without(text, found);
    }

    private static string Without(string text, HashSet<ulong> pieces)
    {
        var cut = new bool[text.Length];
        Roll(text, (start, hash) =>
        {
            if (pieces.Contains(hash))
                Array.Fill(cut, true, start, Shortest);
        });
        var rest = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (!cut[i])
                rest.Append(text[i]);
            else if (i == 0 || !cut[i - 1])
                rest.Append('…');
        }

        return rest.ToString();
    }

    private static IEnumerable<string> TextsOf(LlmRequest request)
    {
        if (request.Options?.Instructions is { } instructions)
            yield return instructions;
        foreach (var message in request.Messages)
        {
            foreach (var content in message.Contents)
            {
                switch (content)
                {
                    case TextContent { Text: { } text }:
                        yield return text;
                        break;
                    case TextReasoningContent { Text: { } thought }:
                        yield return thought;
                        break;
                    case FunctionResultContent result:
                        yield return ToolJson.Text(result.Result);
                        break;
                    case FunctionCallContent { Arguments: { } arguments }:
                        foreach (var value in arguments.Values)
                            yield return ToolJson.Text(value);
                        break;
                }
            }
        }
    }

    /// <summary>The hash of every piece of the shortest length, each out of the one before.</summary>
    private static void Roll(string text, Action<int, ulong> visit)
    {
        var hash = 0UL;
        for (var i = 0; i < text.Length; i++)
        {
            if (i >= Shortest)
                hash -= text[i - Shortest] * Oldest;
            hash = (hash * Base) + text[i];
            if (i >= Shortest - 1)
                visit(i - Shortest + 1, hash);
        }
    }

    private static ulong PowerOfBase()
    {
        var power = 1UL;
        for (var i = 1; i < Shortest; i++)
            power *= Base;
        return power;
    }
}
