using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>Where a stream breaks.</summary>
public enum BreakAt
{
    Creation,
    Enumerator,
    FirstPull,
    FirstPullLater,
    Current,
    Disposal,
}

/// <summary>A stream written by hand, so that it can break at places no iterator method can.</summary>
internal sealed class BrokenStream(BreakAt at, Func<Exception> error, params ChatResponseUpdate[] updates)
    : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
{
    private int _index = -1;

    public int Disposals { get; private set; }

    public ChatResponseUpdate Current => at == BreakAt.Current ? throw error() : updates[_index];

    /// <summary>A provider whose every stream breaks there.</summary>
    public static FakeProvider Provider(string name, BreakAt at, Func<Exception> error, params ChatResponseUpdate[] updates) =>
        new(name, (_, _) => at == BreakAt.Creation ? throw error() : new BrokenStream(at, error, updates));

    public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        at == BreakAt.Enumerator ? throw error() : this;

    public ValueTask<bool> MoveNextAsync() => at switch
    {
        BreakAt.FirstPull => throw error(),
        BreakAt.FirstPullLater => LaterAsync(),
        BreakAt.Current => new(true),
        _ => new(++_index < updates.Length),
    };

    public ValueTask DisposeAsync()
    {
        Disposals++;
        return at == BreakAt.Disposal ? throw error() : default;
    }

    private async ValueTask<bool> LaterAsync()
    {
        await Task.Yield();
        throw error();
    }
}
