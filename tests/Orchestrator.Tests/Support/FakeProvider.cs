using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>A provider that does what the test says, and counts what the router did with it.</summary>
internal sealed class FakeProvider(
    string name, Func<LlmRequest, CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> generate) : ILlmProvider, IAsyncDisposable
{
    private int _calls;
    private int _disposals;

    public ProviderInfo Info { get; init; } = new(name, "mock", $"{name}-model");

    public int Calls => Volatile.Read(ref _calls);

    public int Disposals => Volatile.Read(ref _disposals);

    public List<LlmRequest> Requests { get; } = [];

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<string> Prompts
    {
        get
        {
            lock (Requests)
                return [.. Requests.Select(r => r.Messages[0].Text)];
        }
    }

    /// <summary>Has one permit, and every call is a turn of its own; the last turn goes on for ever.</summary>
    public static FakeProvider ByTurns(string name, params Func<IAsyncEnumerable<ChatResponseUpdate>>[] turns)
    {
        var asked = -1;
        return new(name, (_, _) => turns[Math.Min(Interlocked.Increment(ref asked), turns.Length - 1)]())
        {
            Info = new(name, "mock", $"{name}-model") { MaxConcurrency = 1 },
        };
    }

    public static FakeProvider Answering(string name, params string[] words) => new(name, (_, _) => Some.Answer(words));

    public static FakeProvider Failing(string name, LlmErrorKind kind, int? status = null) =>
        Failing(name, () => new LlmException(kind, $"{name} failed on purpose.") { StatusCode = status });

    public static FakeProvider Failing(string name, Func<Exception> error) => new(name, (_, _) => Some.Failure(error()));

    public static FakeProvider CutAfter(string name, Func<Exception> error, params string[] words) =>
        new(name, (_, _) => Some.Cut(words, error()));

    /// <summary>Waits for ever, or until its token fires.</summary>
    public static FakeProvider Silent(string name) => new(name, (_, token) => Some.Silence(token));

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        lock (Requests)
            Requests.Add(request);
        return generate(request, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        Interlocked.Increment(ref _disposals);
        return default;
    }
}

/// <summary>Small answers, failures and silences.</summary>
internal static class Some
{
    public static ChatResponseUpdate Word(string text) => new(ChatRole.Assistant, text);

    public static ChatResponseUpdate Finish(ChatFinishReason? reason = null) => new() { FinishReason = reason ?? ChatFinishReason.Stop };

    public static ChatResponseUpdate Usage(int prompt, int completion) =>
        new() { Contents = [new UsageContent(new UsageDetails { InputTokenCount = prompt, OutputTokenCount = completion })] };

    public static async IAsyncEnumerable<ChatResponseUpdate> Answer(params string[] words)
    {
        foreach (var word in words)
            yield return Word(word);
        await Task.CompletedTask;
        yield return Finish();
        yield return Usage(3, words.Length);
    }

    public static async IAsyncEnumerable<ChatResponseUpdate> Updates(params ChatResponseUpdate[] updates)
    {
        await Task.CompletedTask;
        foreach (var update in updates)
            yield return update;
    }

    public static IAsyncEnumerable<ChatResponseUpdate> Failure(Exception error) => Cut([], error);

    public static async IAsyncEnumerable<ChatResponseUpdate> Cut(string[] words, Exception error)
    {
        foreach (var word in words)
            yield return Word(word);
        await Task.CompletedTask;
        throw error;
    }

    public static async IAsyncEnumerable<ChatResponseUpdate> Silence([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        yield break;
    }
}

/// <summary>Runs a call in either mode and gives what both have in common.</summary>
internal static class Routed
{
    public static async Task<(string Text, RouteResult Route)> RunAsync(
        this Router router, bool streamed, string prompt = "hello", ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        if (!streamed)
        {
            var response = await router.RouteAsync(prompt, options, cancellationToken).ConfigureAwait(false);
            return (response.Text, response);
        }

        var text = "";
        RouteResult? route = null;
        // A step of the provider runs on to the router's next one; the test's own context would take it to another thread.
        await foreach (var update in router.RouteStreamAsync(prompt, options, cancellationToken).ConfigureAwait(false))
        {
            text += update.Text;
            route = update.GetRoute() ?? route;
        }

        return (text, route!);
    }
}

/// <summary>Remembers the attempts it hears of.</summary>
internal sealed class AttemptLog : IUsageObserver
{
    private readonly List<LlmAttempt> _attempts = [];

    public IReadOnlyList<LlmAttempt> Attempts
    {
        get
        {
            lock (_attempts)
                return [.. _attempts];
        }
    }

    public void OnAttempt(LlmAttempt attempt)
    {
        lock (_attempts)
            _attempts.Add(attempt);
    }
}
