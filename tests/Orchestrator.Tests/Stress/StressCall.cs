using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Stress;

/// <summary>What cancels a call, if anything.</summary>
internal enum CancelBy
{
    Nothing,
    BeforeStart,
    Provider,
    Consumer,
    Elsewhere,
}

/// <summary>One call: what its caller does, rolled beforehand, and what the caller and the observer saw of it.</summary>
internal sealed class StressCall : IDisposable
{
    public const string Canary = "CANARY-5b1f0c7e";
    private readonly StringBuilder _text = new();
    private readonly CancellationTokenSource? _other;

    public StressCall(long seed, int id)
    {
        Id = id;
        var dice = new Dice(seed, id);
        Streamed = dice.Percent(50);
        AsksForStreaming = dice.Percent(25);
        YieldsFirst = dice.Percent(25);
        Cancel = dice.Below(100) switch
        {
            0 => CancelBy.BeforeStart,
            1 or 2 => CancelBy.Provider,
            3 when Streamed => CancelBy.Consumer,
            4 or 5 => CancelBy.Elsewhere,
            _ => CancelBy.Nothing
        };
        Step = dice.Below(4);
        LeavesAt = Streamed && dice.Percent(8) ? dice.Below(8) : -1;
        LeavesWhenCancelled = dice.Percent(50);
        if (Cancel != CancelBy.Nothing || dice.Percent(20))
            Source = new CancellationTokenSource();
        if (Streamed && dice.Percent(20))
            _other = new CancellationTokenSource();
        SourceIsEnumerators = dice.Percent(50);
    }

    public int Id { get; }

    public bool Streamed { get; }

    public bool AsksForStreaming { get; }

    public bool YieldsFirst { get; }

    public CancelBy Cancel { get; }

    /// <summary>At which word or update the cancellation comes.</summary>
    public int Step { get; }

    /// <summary>After how many updates the consumer stops reading; -1 for never.</summary>
    public int LeavesAt { get; }

    public bool LeavesWhenCancelled { get; }

    public CancellationTokenSource? Source { get; }

    public bool SourceIsEnumerators { get; }

    public bool WasCancelled => Source is { IsCancellationRequested: true };

    /// <summary>The providers' ledger of this call, in the order they were asked.</summary>
    public List<AskedAttempt> Asked { get; } = [];

    /// <summary>What the observer received, in order.</summary>
    public List<LlmAttempt> Told { get; } = [];

    /// <summary>How the caller saw the call end.</summary>
    public AttemptOutcome Seen { get; private set; }

    public Exception? Error { get; private set; }

    public RouteResult? Route { get; private set; }

    public LlmResponse? Response { get; private set; }

    public UsageDetails SeenUsage { get; private set; } = new();

    public int SeenToolCalls { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>When the caller asked, as a stamp of the system's clock.</summary>
    public long Started { get; private set; }

    /// <summary>The text that came since the last restart.</summary>
    public string Text => _text.ToString();

    public async Task RunAsync(Router router)
    {
        var request = new LlmRequest($"{Canary} say something, call {Id}")
        {
            Streaming = AsksForStreaming,
            Tags = new Dictionary<string, string> { ["call"] = Id.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        };
        if (Cancel == CancelBy.BeforeStart)
            await Source!.CancelAsync();
        else if (Cancel == CancelBy.Elsewhere)
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.CancelSoon(), this, preferLocal: false);
        Started = TimeProvider.System.GetTimestamp();
        try
        {
            if (Streamed)
                await ReadAsync(router, request);
            else
                Keep(await router.RouteAsync(request, Source?.Token ?? default));
        }
        catch (OperationCanceledException error)
        {
            Seen = AttemptOutcome.Cancelled;
            Error = error;
        }
        catch (Exception error)
        {
            Seen = AttemptOutcome.Failed;
            Error = error;
        }
    }

    public void Dispose()
    {
        // A cancellation from elsewhere may come late.
        if (Cancel != CancelBy.Elsewhere)
            Source?.Dispose();
        _other?.Dispose();
    }

    private async Task ReadAsync(Router router, LlmRequest request)
    {
        var mine = Source?.Token ?? default;
        var other = _other?.Token ?? default;
        var updates = router.RouteStreamAsync(request, SourceIsEnumerators ? other : mine)
            .GetAsyncEnumerator(SourceIsEnumerators ? mine : other);
        await using (updates)
        {
            for (var n = 0; await updates.MoveNextAsync(); n++)
            {
                Keep(updates.Current);
                if (Cancel == CancelBy.Consumer && n == Step)
                    await Source!.CancelAsync();
                if (n == LeavesAt || (WasCancelled && LeavesWhenCancelled))
                {
                    Seen = AttemptOutcome.Abandoned;
                    return;
                }
            }

            Seen = AttemptOutcome.Succeeded;
            if (await updates.MoveNextAsync())
                throw new InvalidOperationException("A stream went on after its end.");
        }
    }

    private void Keep(LlmResponse response)
    {
        Route = Response = response;
        _text.Append(response.Text);
        SeenToolCalls = response.Response.Messages.SelectMany(m => m.Contents).Count(c => c is FunctionCallContent);
        if (response.Response.Usage is { } usage)
            SeenUsage.Add(usage);
        Seen = AttemptOutcome.Succeeded;
    }

    private void Keep(ChatResponseUpdate update)
    {
        Route = update.GetRoute() ?? Route;
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case RestartContent:
                    _text.Clear();
                    SeenToolCalls = 0;
                    SeenUsage = new UsageDetails();
                    Restarts++;
                    break;
                case TextContent text:
                    _text.Append(text.Text);
                    break;
                case FunctionCallContent:
                    SeenToolCalls++;
                    break;
                case UsageContent usage:
                    SeenUsage.Add(usage.Details);
                    break;
            }
        }
    }

    private void CancelSoon()
    {
        Thread.SpinWait(Step * 300);
        Source!.Cancel();
    }
}
