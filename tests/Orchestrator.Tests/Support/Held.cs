using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>A provider whose calls end one by one, as the test lets them.</summary>
internal sealed class Held(string name, int permits) : ILlmProvider
{
    private readonly Channel<bool> _releases = Channel.CreateUnbounded<bool>();
    private readonly ConcurrentQueue<string> _prompts = new();
    private int _running, _done, _most;

    public ProviderInfo Info { get; } = new(name, "mock", $"{name}-model") { MaxConcurrency = permits };

    public int Running => Volatile.Read(ref _running);

    public int Done => Volatile.Read(ref _done);

    public int Most => Volatile.Read(ref _most);

    public IEnumerable<string> Prompts => _prompts;

    public void Release() => _releases.Writer.TryWrite(true);

    public async IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(
        LlmRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _prompts.Enqueue(request.Messages[0].Text);
        _most = Math.Max(_most, Interlocked.Increment(ref _running));
        try
        {
            await _releases.Reader.ReadAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            Interlocked.Increment(ref _done);
        }

        yield return Some.Word(name);
        yield return Some.Finish();
    }
}
