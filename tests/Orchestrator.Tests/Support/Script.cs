using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A provider that plays a list of outcomes, one a call, or what the test sets before a call, and notes when it was called; the last
/// outcome of the list goes on for ever. Time may pass in a call, on the test's clock.
/// </summary>
internal sealed class Script(string name, TimeProvider time, params Exception?[] outcomes) : ILlmProvider
{
    private readonly List<TimeSpan> _at = [];
    private readonly long _start = time.GetTimestamp();
    private readonly Action<TimeSpan>? _pass;
    private readonly string _word = name;

    /// <summary>One whose calls take <see cref="BeforeFirst"/> and <see cref="AfterFirst"/>.</summary>
    public Script(string name, TimeProvider time, Action<TimeSpan> pass)
        : this(name, time)
    {
        (_pass, _word) = (pass, "ok");
        Info = new(name, "mock", "m");
    }

    public ProviderInfo Info { get; init; } = new(name, "mock", $"{name}-model");

    public int Calls => At.Count;

    /// <summary>When it was called, since it was made.</summary>
    public IReadOnlyList<TimeSpan> At
    {
        get
        {
            lock (_at)
                return [.. _at];
        }
    }

    /// <summary>Overrides the list: what each call does, by its time.</summary>
    public Func<TimeSpan, Exception?>? ByTime { get; init; }

    /// <summary>Overrides both: how the next call fails; null for neither.</summary>
    public LlmErrorKind? Fails { get; set; }

    public TimeSpan BeforeFirst { get; set; }

    public TimeSpan AfterFirst { get; set; }

    public static LlmException Error(LlmErrorKind kind, TimeSpan? retryAfter = null, int? status = null) =>
        new(kind, $"{kind} on purpose") { RetryAfter = retryAfter, StatusCode = status };

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = time.GetElapsedTime(_start);
        int number;
        lock (_at)
        {
            number = _at.Count;
            _at.Add(now);
        }

        await Task.CompletedTask;
        _pass?.Invoke(BeforeFirst);
        if (Outcome(number, now) is { } error)
            throw error;
        yield return Some.Word(_word);
        _pass?.Invoke(AfterFirst);
        yield return Some.Finish();
        yield return Some.Usage(3, 1);
    }

    /// <summary>Runs a call for every letter: <c>s</c> succeeds, <c>f</c> fails.</summary>
    public async Task PlayAsync(Router router, string letters, LlmErrorKind kind = LlmErrorKind.ServerError)
    {
        foreach (var letter in letters)
        {
            Fails = letter == 'f' ? kind : null;
            try
            {
                await router.RouteAsync("hello", new ChatOptions { ModelId = Info.Name });
            }
            catch (LlmException) when (Fails is not null)
            {
                // As the script says.
            }
        }

        Fails = null;
    }

    private Exception? Outcome(int number, TimeSpan now)
    {
        if (Fails is { } kind)
            return new LlmException(kind, "failed on purpose");
        if (ByTime is not null)
            return ByTime(now);
        return outcomes.Length == 0 ? null : outcomes[Math.Min(number, outcomes.Length - 1)];
    }
}
