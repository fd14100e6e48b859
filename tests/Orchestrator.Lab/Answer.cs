using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator.Lab;

/// <summary>An answer as its caller has it in the end, whichever way it came.</summary>
internal sealed record Answer(string Text, ChatFinishReason? Finish, RouteResult Route)
{
    /// <summary>Asks in one of the three ways a caller has: whole, whole but collected from a stream, streamed.</summary>
    public static async Task<Answer> AskAsync(
        Router router, LlmRequest request, bool isStreamed, Action<string>? onText = null, CancellationToken cancellationToken = default)
    {
        if (!isStreamed)
        {
            var whole = await router.RouteAsync(request, cancellationToken);
            return new(whole.Text, whole.Response.FinishReason, whole);
        }

        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        RouteResult? route = null;
        await foreach (var update in router.RouteStreamAsync(request, cancellationToken))
        {
            // What came before is void: another provider starts over.
            if (update.Contents.OfType<RestartContent>().Any())
                text.Clear();
            text.Append(update.Text);
            onText?.Invoke(update.Text);
            finish = update.FinishReason ?? finish;
            route = update.GetRoute() ?? route;
        }

        return new(text.ToString(), finish, route ?? throw new LabException("A stream ended without its closing update."));
    }
}
