using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Health;

/// <summary>A provider whose probe answers when the test says so.</summary>
internal sealed class ProbedProvider : ILlmProvider, IHealthProbe
{
    private readonly Channel<int> _asked = Channel.CreateUnbounded<int>();
    private volatile TaskCompletionSource<bool> _answer = new();
    private int _probes, _cancelled, _seen;

    public ProviderInfo Info { get; init; } = new("probed", "test", "m");

    public bool IgnoresToken { get; init; }

    /// <summary>What its calls throw; null for an answer.</summary>
    public Exception? Failure { get; init; }

    public Action? Before { get; init; }

    /// <summary>Hears the token of each probe.</summary>
    public Action<CancellationToken>? Asking { get; init; }

    public int Probes => Volatile.Read(ref _probes);

    public int Cancelled => Volatile.Read(ref _cancelled);

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken) =>
        Failure is null ? Some.Answer(Info.Name) : Some.Failure(Failure);

    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        Before?.Invoke();
        Asking?.Invoke(cancellationToken);
        var answer = _answer.Task;
        _asked.Writer.TryWrite(Interlocked.Increment(ref _probes));
        try
        {
            // Whatever answers brings the probe to its end, so that a test knows when it has ended.
            return IgnoresToken ? await answer.ConfigureAwait(false) : await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
    }

    /// <summary>Completes when the probe was asked that many times in all.</summary>
    public async Task Asked(int times)
    {
        while (_seen < times)
            _seen = await _asked.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }

    public void Answer(bool reachable) => Next().SetResult(reachable);

    public void Fail(Exception exception) => Next().SetException(exception);

    private TaskCompletionSource<bool> Next() => Interlocked.Exchange(ref _answer, new());
}
