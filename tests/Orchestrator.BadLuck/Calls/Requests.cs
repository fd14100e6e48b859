using System.Globalization;
using Microsoft.Extensions.AI;

namespace Orchestrator.BadLuck;

/// <summary>Writes the requests of calls.</summary>
internal static class Requests
{
    /// <summary>The tag that carries a call's number to the observer.</summary>
    public const string Tag = "call";

    private static readonly AITool Look = AIFunctionFactory.CreateDeclaration(
        "look", "Looks something up.", System.Text.Json.JsonDocument.Parse("""{"type":"object","properties":{}}""").RootElement);

    /// <param name="call">The call.</param>
    /// <param name="before">The messages of the round before; null for none.</param>
    public static LlmRequest Of(Call call, IReadOnlyList<ChatMessage>? before = null) => new(MessagesOf(call, before))
    {
        Tags = new Dictionary<string, string> { [Tag] = call.Id.ToString(CultureInfo.InvariantCulture) },
        Options = OptionsOf(call),
        Timeouts = call.Kind == CallKind.Tight ? TightOf(call) : null,
    };

    private static IEnumerable<ChatMessage> MessagesOf(Call call, IReadOnlyList<ChatMessage>? before)
    {
        if (before is not null)
        {
            var result = new ChatMessage(ChatRole.Tool, [new FunctionResultContent(ToolCallIn(before), $"#{call.Id} found")]);
            // A server that keeps the conversation knows what was before.
            return call.Kind == CallKind.Conversation ? [result] : [.. before, result];
        }

        var question = new ChatMessage(ChatRole.User, $"What is new? #{call.Id}");
        return call.Kind != CallKind.Unwritable || call.Variant % 3 == 2 ? [question] :
        [
            question,
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("t", "look")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("t", call.Variant % 3 == 0 ? Cycle() : double.NaN)]),
        ];
    }

    private static ChatOptions? OptionsOf(Call call) => call.Kind switch
    {
        CallKind.Pinned => new() { ModelId = call.Named!.Name },
        CallKind.ToolCall or CallKind.ToolResult or CallKind.SlowArguments => new() { Tools = [Look] },
        CallKind.Conversation => new() { Tools = [Look], ConversationId = ConversationClient.Id },
        CallKind.Unwritable when call.Variant % 3 == 2 => new() { Temperature = float.NaN },
        _ => null,
    };

    private static TimeoutOptions TightOf(Call call) => (call.Variant % 4) switch
    {
        0 => new() { Attempt = call.Patience },
        1 => new() { Idle = call.Patience },
        2 => new() { FirstToken = call.Patience },
        _ => new() { Call = call.Patience },
    };

    private static string ToolCallIn(IReadOnlyList<ChatMessage> messages) =>
        messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Last().CallId;

    private static List<object> Cycle()
    {
        var cycle = new List<object>();
        cycle.Add(cycle);
        return cycle;
    }
}
