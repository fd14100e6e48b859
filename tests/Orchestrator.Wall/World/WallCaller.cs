using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator.Wall;

/// <summary>Calls the router as an application would, and writes down what it sees.</summary>
internal sealed class WallCaller(Router router, WallClock clock, WallMode mode)
{
    // Longer than every limit of the router together.
    private static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(15);
    private const int TextLimit = 1_000_000;

    private int _calls;

    /// <summary>One call. Never throws.</summary>
    /// <param name="leaveAfter">Stops reading a stream after this many characters.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    public async Task<WallAnswer> AskAsync(int leaveAfter = int.MaxValue, CancellationToken cancellationToken = default)
    {
        // Off the caller's thread and its context: every step of the call is the pool's then, where the clock sees it.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var answer = new WallAnswer();
        var request = new LlmRequest($"{WallSecrets.Prompt} {Interlocked.Increment(ref _calls)}");
        var begun = clock.Elapsed;
        using var hang = new CancellationTokenSource(HangLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hang.Token);
        try
        {
            if (mode == WallMode.Buffered)
                Take(answer, await router.RouteAsync(request, either.Token).ConfigureAwait(false));
            else
                await ReadAsync(answer, request, leaveAfter, either.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            answer.Error = error;
            answer.Hung = hang.IsCancellationRequested;
        }

        answer.Took = clock.Elapsed - begun;
        return answer;
    }

    private static void Take(WallAnswer answer, LlmResponse response)
    {
        answer.Text = response.Text;
        answer.Route = response;
        answer.ModelId = response.Response.ModelId;
        answer.SeenTokens = response.Response.Usage?.TotalTokenCount ?? 0;
    }

    private async Task ReadAsync(WallAnswer answer, LlmRequest request, int leaveAfter, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        try
        {
            await foreach (var update in router.RouteStreamAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (update.Contents.OfType<RestartContent>().Any())
                {
                    answer.Voided.Add(text.ToString());
                    text.Clear();
                }

                if (text.Length < TextLimit)
                    text.Append(update.Text);
                answer.ModelId = update.ModelId ?? answer.ModelId;
                answer.SeenTokens += update.Contents.OfType<UsageContent>().Sum(u => u.Details.TotalTokenCount ?? 0);
                answer.Route = update.GetRoute() ?? answer.Route;
                if (text.Length >= leaveAfter)
                    break;
            }
        }
        finally
        {
            answer.Text = text.ToString();
        }
    }
}
