using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Routing;

/// <summary>A provider with one place, every call of which is a turn of its own; the last turn goes on for ever.</summary>
internal sealed class Turns(string name, params Func<IAsyncEnumerable<ChatResponseUpdate>>[] turns) : ILlmProvider, IDisposable
{
    private readonly List<string> _prompts = [];
    private int _disposals;

    public ProviderInfo Info { get; } = new(name, "mock", $"{name}-model") { MaxConcurrency = 1 };

    public int Disposals => Volatile.Read(ref _disposals);

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<string> Prompts
    {
        get
        {
            lock (_prompts)
                return [.. _prompts];
        }
    }

    public static Func<IAsyncEnumerable<ChatResponseUpdate>> Answers(string text) => () => Some.Answer(text);

    public static Func<IAsyncEnumerable<ChatResponseUpdate>> Fails(LlmErrorKind kind) => () => Some.Failure(Script.Error(kind));

    /// <summary>Has its place until the gate opens, and then answers, or fails.</summary>
    public static Func<IAsyncEnumerable<ChatResponseUpdate>> Holds(Task gate, LlmErrorKind? fails = null) => () => HoldAsync(gate, fails);

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        int turn;
        lock (_prompts)
        {
            turn = _prompts.Count;
            _prompts.Add(request.Messages[0].Text);
        }

        return turns[Math.Min(turn, turns.Length - 1)]();
    }

    public void Dispose() => Interlocked.Increment(ref _disposals);

    private static async IAsyncEnumerable<ChatResponseUpdate> HoldAsync(Task gate, LlmErrorKind? fails, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (fails is { } kind)
            throw Script.Error(kind);
        yield return Some.Word("held");
        yield return Some.Finish();
    }
}
