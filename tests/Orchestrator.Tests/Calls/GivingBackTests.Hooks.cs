using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>The user's code that throws: a provider, its errors and contents, a strategy, a source of chance, a log.</summary>
public partial class GivingBackTests
{
    private sealed class Acted(GivingBackTests test, Hook hook, Way way, CancellationTokenSource cancel) : ILlmProvider
    {
        private readonly ProviderInfo _info = new("a", "mock", "a-model");
        private int _asked;
        private CancellationToken _token;

        public ProviderInfo Info =>
            hook == Hook.InfoThrows && _asked > 0 && test._armed ? throw new InvalidOperationException("on purpose") : _info;

        public bool Cancelled => _token.IsCancellationRequested;

        public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
        {
            if (!test._armed)
                return Some.Answer("ok");
            _asked++;
            Interlocked.Increment(ref test._calls);
            _token = cancellationToken;
            return new Sequence(this, AnswerAsync(cancellationToken));
        }

        private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
            [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (way == Way.Fails)
                throw Error();
            await Task.Delay(1, CancellationToken.None);
            if (way == Way.FailsLater)
                throw Error();
            if (way == Way.IsCancelled)
                cancel.CancelAfter(1);
            if (way is Way.IsCancelled or Way.TakesTooLong)
                await Task.Delay(Timeout.Infinite, cancellationToken);
            if (hook == Hook.Contents)
                yield return new ChatResponseUpdate(ChatRole.Assistant, new BadList());
            if (hook == Hook.Arguments)
                yield return new ChatResponseUpdate(
                    ChatRole.Assistant, [new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["x"] = new BadText() })]);
            yield return Some.Word("ok");
            await Task.Delay(1, CancellationToken.None);
            yield return Some.Finish();
        }

        private Exception Error() => hook switch
        {
            Hook.UndefinedKind => new LlmException((LlmErrorKind)42, "on purpose"),
            Hook.UnreadableError => new BadError(),
            _ => new LlmException(LlmErrorKind.ServerError, "on purpose"),
        };

        private sealed class Sequence(Acted owner, IAsyncEnumerable<ChatResponseUpdate> inner)
            : IAsyncEnumerable<ChatResponseUpdate>, IAsyncEnumerator<ChatResponseUpdate>
        {
            private IAsyncEnumerator<ChatResponseUpdate>? _inner;

            public ChatResponseUpdate Current => _inner!.Current;

            public IAsyncEnumerator<ChatResponseUpdate> GetAsyncEnumerator(CancellationToken cancellationToken = default)
            {
                _inner = inner.GetAsyncEnumerator(cancellationToken);
                return this;
            }

            public ValueTask<bool> MoveNextAsync() => _inner!.MoveNextAsync();

            public async ValueTask DisposeAsync()
            {
                await _inner!.DisposeAsync();
                owner.ThrowOnClose(later: true);
            }

            ValueTask IAsyncDisposable.DisposeAsync()
            {
                owner.ThrowOnClose(later: false);
                return DisposeAsync();
            }
        }

        private void ThrowOnClose(bool later)
        {
            if (hook == (later ? Hook.ClosingFails : Hook.ClosingThrows))
                throw new InvalidOperationException("on purpose");
        }
    }

    private sealed class Ranked(GivingBackTests test, Hook hook) : IRoutingStrategy
    {
        public IEnumerable<Candidate> Rank(IReadOnlyList<Candidate> candidates, RankContext context)
        {
            try
            {
                test.ThrowIf(hook == Hook.Strategy);
                foreach (var candidate in candidates)
                    yield return candidate;
            }
            finally
            {
                test.ThrowIf(hook == Hook.StrategyIsDisposed);
            }
        }
    }

    private sealed class Chance(Func<double> next) : System.Random
    {
        public override double NextDouble() => next();

        public override long NextInt64() => 7;
    }

    private sealed class BadError : Exception
    {
        public override string Message => throw new InvalidOperationException("on purpose");

        public override string? StackTrace => throw new InvalidOperationException("on purpose");

        public int StatusCode => throw new InvalidOperationException("on purpose");

        public override string ToString() => throw new InvalidOperationException("on purpose");
    }

    private sealed class BadText
    {
        public override string ToString() => throw new InvalidOperationException("on purpose");
    }

    private sealed class BadList : System.Collections.ObjectModel.Collection<AIContent>, IList<AIContent>
    {
        int ICollection<AIContent>.Count => throw new InvalidOperationException("on purpose");
    }

    private sealed class Loud(Func<bool> armed) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => armed() ? throw new InvalidOperationException("on purpose") : true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (armed())
                throw new InvalidOperationException("on purpose");
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
