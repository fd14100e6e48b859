using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Interleavings;

/// <summary>Answers two words or fails, at once but with points between, and notes what must not happen to it.</summary>
internal sealed class PointedProvider(Interleaver interleaver, string name) : ILlmProvider, IDisposable
{
    private int _calls, _running, _peak, _disposals;
    private string? _fault;

    public ProviderInfo Info { get; init; } = new(name, "mock", name + "-1");

    /// <summary>What it throws, and after how many words; null for an answer.</summary>
    public (Exception Error, int After)? Failure { get; init; }

    /// <summary>The same by call: asked when one begins.</summary>
    public Func<(Exception Error, int After)?>? FailureOf { get; init; }

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The most that ran at a time.</summary>
    public int Peak => Volatile.Read(ref _peak);

    public int Disposals => Volatile.Read(ref _disposals);

    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>No call that begins after this step may come here.</summary>
    public long ClosedTo { get; set; } = long.MaxValue;

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        if (Disposals > 0)
            _fault ??= $"{name} was asked after it was disposed";
        if (Interleaver.CallBegan > ClosedTo)
            _fault ??= $"{name} was asked by a call that began at {Interleaver.CallBegan}, after {ClosedTo}";
        var running = Interlocked.Increment(ref _running);
        if (running > Peak)
            Volatile.Write(ref _peak, running);
        return AnswerAsync(cancellationToken);
    }

    public void Dispose()
    {
        if (Interlocked.Increment(ref _disposals) > 1)
            _fault ??= $"{name} was disposed twice";
        if (Volatile.Read(ref _running) > 0)
            _fault ??= $"{name} was disposed while it ran";
    }

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ends = FailureOf is null ? Failure : FailureOf();
        try
        {
            for (var i = 0; i < 2; i++)
            {
                interleaver.Point();
                cancellationToken.ThrowIfCancellationRequested();
                if (ends is { } failure && failure.After == i)
                    throw failure.Error;
                ChatFinishReason? reason = i == 1 ? ChatFinishReason.Stop : null;
                yield return new ChatResponseUpdate(ChatRole.Assistant, $"{name}{i} ") { FinishReason = reason };
            }

            interleaver.Point();
            await Task.CompletedTask;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
