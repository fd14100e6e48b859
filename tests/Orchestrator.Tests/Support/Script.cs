using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>A provider that plays a list of outcomes, one a call, and notes when it was called; the last goes on for ever.</summary>
internal sealed class Script(string name, TimeProvider time, params Exception?[] outcomes) : ILlmProvider
{
    private readonly List<TimeSpan> _at = [];
    private readonly long _start = time.GetTimestamp();

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

    public static LlmException Error(LlmErrorKind kind, TimeSpan? retryAfter = null, int? status = null) =>
        new(kind, $"{kind} on purpose") { RetryAfter = retryAfter, StatusCode = status };

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = time.GetElapsedTime(_start);
        int number;
        lock (_at)
        {
            number = _at.Count;
            _at.Add(now);
        }

        await Task.CompletedTask;
        var outcome = ByTime is { } byTime ? byTime(now) : outcomes.Length == 0 ? null : outcomes[Math.Min(number, outcomes.Length - 1)];
        if (outcome is not null)
            throw outcome;
        yield return Some.Word(name);
        yield return Some.Finish();
        yield return Some.Usage(3, 1);
    }
}
