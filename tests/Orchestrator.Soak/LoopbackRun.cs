using System.Globalization;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Stress;

namespace Orchestrator.Soak;

/// <summary>Calls over real sockets, with the faults sockets have.</summary>
internal sealed class LoopbackRun(long calls, long seed, Violations violations)
{
    private const int Stretches = 10;
    private const int Workers = 32;
    private const string Answer = "The sky is blue because of Rayleigh scattering, and the sea is blue because the sky is.";
    private long _next = -1;
    private long _until;
    private long _requests;
    private long _answered, _failed, _cancelled, _left;

    public async Task RunAsync()
    {
        await using var first = NewServer(1);
        await using var second = NewServer(2);
        await using var third = NewServer(3);
        await using var router = new Router(new RouterOptions
        {
            MidStream = MidStreamMode.Restart,
            Retry = new() { MinDelay = TimeSpan.FromMilliseconds(0.2), MaxDelay = TimeSpan.FromMilliseconds(1) },
            Timeouts = new()
            {
                FirstToken = TimeSpan.FromMilliseconds(500),
                Idle = TimeSpan.FromMilliseconds(500),
                Attempt = TimeSpan.FromSeconds(1),
                Call = TimeSpan.FromSeconds(3)
            },
            Health = new()
            {
                CoolDown = TimeSpan.FromMilliseconds(3),
                LongestCoolDown = TimeSpan.FromMilliseconds(9),
                LongestRetryAfter = TimeSpan.FromMilliseconds(5),
                ExclusionTime = TimeSpan.FromMilliseconds(4)
            },
        });
        foreach (var server in new[] { first, second, third })
            router.AddProvider(new OpenAiCompatibleProvider($"server-{server.BaseUrl.Port}", new()
            {
                BaseUrl = server.BaseUrl,
                Model = "gpt-4o-mini",
                ApiKey = "sk-soak",
                MalformedEvents = MalformedEventAction.Throw
            }), new() { MaxConcurrency = 16 });
        Resources? held = null;
        for (var stretch = 1; stretch <= Stretches && !violations.IsEnough; stretch++)
        {
            var from = Clock.Now;
            _until = calls * stretch / Stretches;
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(router))));
            var seconds = Clock.Seconds(from, Clock.Now);
            // Closed connections are noticed and taken down a moment later.
            await Task.Delay(500);
            var now = await Resources.MeasureAsync(held);
            Check(router, now, held);
            held ??= now;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{stretch * 10,3} % {_until,10:N0} calls over sockets "
                + $"{calls / Stretches / seconds,8:N0}/s | {now} | {violations.Count} violations"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"sockets    {_answered:N0} answered, {_failed:N0} failed, {_cancelled:N0} cancelled, {_left:N0} abandoned"));
    }

    private FakeOpenAiServer NewServer(int number) => new(new FaultServerOptions { MaxRequests = 16 })
    {
        Reply = new FakeReply(Answer) { PromptTokens = 26, CompletionTokens = 9 },
        ChooseFault = _ => FaultOf(new Dice(seed, Interlocked.Increment(ref _requests), number)),
    };

    private static Fault? FaultOf(Dice dice) => dice.Below(400) switch
    {
        < 8 => Fault.Error(LlmErrorKind.ServerError),
        < 12 => Fault.RateLimited("0"),
        < 16 => Fault.Unauthorized(),
        < 24 => Fault.CutAfterEvents(3, CutKind.Reset),
        < 32 => Fault.CutAfterEvents(5, CutKind.Clean),
        < 36 => Fault.ErrorEvent(2),
        < 40 => Fault.MalformedEvent(2),
        < 44 => Fault.ResetUnanswered(),
        < 48 => Fault.Empty200(),
        < 52 => Fault.Html(),
        < 56 => Fault.Chunks(7),
        56 => Fault.Hang(),
        57 => Fault.Overloaded(),
        _ => null,
    };

    private async Task WorkAsync(Router router)
    {
        for (long id; !violations.IsEnough && (id = Interlocked.Increment(ref _next)) < _until;)
            await CallAsync(router, id);
        Interlocked.Decrement(ref _next);
    }

    private async Task CallAsync(Router router, long id)
    {
        var dice = new Dice(seed, id, 11);
        using var source = new CancellationTokenSource();
        if (dice.Percent(2))
            source.CancelAfter(dice.Below(4));
        var leavesAt = dice.Percent(3) ? dice.Below(10) : -1;
        try
        {
            string text;
            if (dice.Percent(50))
                text = (await router.RouteAsync("Why is the sky blue?", cancellationToken: source.Token)).Text;
            else if (await ReadAsync(router, leavesAt, source.Token) is { } read)
                text = read;
            else
                return;
            Interlocked.Increment(ref _answered);
            violations.Expect(text == Answer, () => $"call {id} over a socket: '{text}'");
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            Interlocked.Increment(ref _cancelled);
        }
        catch (LlmException)
        {
            Interlocked.Increment(ref _failed);
        }
        catch (Exception error)
        {
            violations.Add($"call {id} over a socket: {error}");
        }
    }

    private async Task<string?> ReadAsync(Router router, int leavesAt, CancellationToken cancellationToken)
    {
        var text = "";
        await foreach (var update in router.RouteStreamAsync("Why is the sky blue?", cancellationToken: cancellationToken))
        {
            text = update.Contents is [RestartContent] ? "" : text + update.Text;
            violations.Expect(Answer.StartsWith(text, StringComparison.Ordinal), () => $"a stream over a socket said '{text}'");
            if (leavesAt-- == 0)
            {
                Interlocked.Increment(ref _left);
                return null;
            }
        }

        return text;
    }

    private void Check(Router router, Resources now, Resources? before)
    {
        violations.Expect(
            router.GetMetrics().Values.All(m => m is { InFlight: 0, Queued: 0 }), () => "attempts over sockets are left in flight");
        if (before is not null)
        {
            violations.Expect(now.LiveBytes - before.LiveBytes <= 1 << 20, () =>
                $"sockets: live memory grew by {(now.LiveBytes - before.LiveBytes) / 1024:N0} KiB");
            violations.Expect(now.Threads - before.Threads <= 2, () => $"sockets: threads grew from {before.Threads} to {now.Threads}");
            // Both ends of a pooled connection are ours: as many as can be in use at a time.
            violations.Expect(now.Descriptors - before.Descriptors <= 2 * 16 * 3, () =>
                $"sockets: descriptors grew from {before.Descriptors} to {now.Descriptors}");
        }
    }
}
