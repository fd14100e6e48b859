using Microsoft.Extensions.AI;

namespace Orchestrator.BadLuck;

/// <summary>Makes one call, whole or streamed, and reports its beginning and end to the checks.</summary>
internal sealed class Asking(Router router, WorldClock clock, DayChecks checks)
{
    public async Task<CallEnd> AskAsync(Call call, IReadOnlyList<ChatMessage>? before = null)
    {
        using var giveUp = call.Kind == CallKind.Cancelled ? new CancellationTokenSource(call.Patience, clock) : null;
        var token = giveUp?.Token ?? CancellationToken.None;
        checks.Begin(call, router.GetMetrics());
        // Runs until the call waits for the first time: a call that no vendor has seen by then stands in a line.
        var answer = call.Streamed ? StreamAsync(Requests.Of(call, before), token) : WholeAsync(Requests.Of(call, before), token);
        checks.Asked(call, answer.IsCompleted);
        CallEnd end;
        try
        {
            var response = await answer;
            end = new CallEnd(response.Text, [.. response.Messages], response.ConversationId, null);
        }
#pragma warning disable CA1031 // What a call throws is what the checks look at.
        catch (Exception error)
#pragma warning restore CA1031
        {
            end = new CallEnd(null, [], null, error);
        }

        checks.End(call, end, token);
        return end;
    }

    private async Task<ChatResponse> WholeAsync(LlmRequest request, CancellationToken token) =>
        (await router.RouteAsync(request, token)).Response;

    private async Task<ChatResponse> StreamAsync(LlmRequest request, CancellationToken token)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in router.RouteStreamAsync(request, token))
            updates.Add(update);
        return updates.ToChatResponse();
    }
}
