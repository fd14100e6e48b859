using System.Threading.Tasks.Sources;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>
/// A provider for one call, which goes on only when the test says so: <see cref="Give(string)"/> waits until the router asks for an
/// update, and gives it on the test's own thread. It ignores its token.
/// </summary>
internal sealed class HandProvider(string name) : ILlmProvider, IAsyncDisposable
{
    private readonly HandStream _stream = new();

    public ProviderInfo Info { get; init; } = new(name, "mock", $"{name}-model");

    public CancellationToken Token { get; private set; }

    public bool WasAsked { get; private set; }

    /// <summary>How many updates the router asked for.</summary>
    public int Pulls => _stream.Pulls;

    /// <summary>How many answers to that it looked at.</summary>
    public int Taken => _stream.Taken;

    /// <summary>How often its stream was closed.</summary>
    public int Closes => _stream.Closes;

    /// <summary>How often it was disposed itself.</summary>
    public int Disposals { get; private set; }

    /// <summary>Runs within each pull.</summary>
    public Action? OnPull
    {
        set => _stream.OnPull = value;
    }

    /// <summary>What closing the stream does, and takes.</summary>
    public Func<Task>? OnClose
    {
        set => _stream.OnClose = value;
    }

    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        WasAsked.Should().BeFalse("it is for one call");
        WasAsked = true;
        Token = cancellationToken;
        return _stream;
    }

    public void Give(string word) => Give(Some.Word(word));

    public void Give(ChatResponseUpdate update) => _stream.Give(update);

    public void End() => _stream.End();

    public void Fail(Exception error) => _stream.Fail(error);

    /// <summary>Fails as a server does.</summary>
    public void Fail() => Fail(Script.Error(LlmErrorKind.ServerError));

    /// <summary>The rest of a whole answer.</summary>
    public void Finish()
    {
        Give(Some.Finish());
        End();
    }

    public ValueTask DisposeAsync()
    {
        Disposals++;
        return default;
    }

    private sealed class HandStream : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>, IValueTaskSource<bool>
    {
        private ManualResetValueTaskSourceCore<bool> _pull;
        private volatile bool _isWaited;

        public Action? OnPull { get; set; }

        public Func<Task>? OnClose { get; set; }

        public int Pulls { get; private set; }

        public int Taken { get; private set; }

        public int Closes { get; private set; }

        public ChatResponseUpdate Current { get; private set; } = null!;

        public void Give(ChatResponseUpdate update)
        {
            WhenWaited();
            Current = update;
            _pull.SetResult(true);
        }

        public void End()
        {
            WhenWaited();
            _pull.SetResult(false);
        }

        public void Fail(Exception error)
        {
            WhenWaited();
            _pull.SetException(error);
        }

        public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync()
        {
            Pulls++;
            _pull.Reset();
            OnPull?.Invoke();
            return new ValueTask<bool>(this, _pull.Version);
        }

        public ValueTask DisposeAsync()
        {
            Closes++;
            return OnClose is null ? default : new ValueTask(OnClose());
        }

        public bool GetResult(short token)
        {
            Taken++;
            return _pull.GetResult(token);
        }

        public ValueTaskSourceStatus GetStatus(short token) => _pull.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
            _pull.OnCompleted(continuation, state, token, flags);
            _isWaited = true;
        }

        /// <summary>The consumer of the update before may still be running, on another thread.</summary>
        private void WhenWaited()
        {
            SpinWait.SpinUntil(() => _isWaited, TimeSpan.FromSeconds(10)).Should().BeTrue("the router should ask for an update");
            _isWaited = false;
        }
    }
}
