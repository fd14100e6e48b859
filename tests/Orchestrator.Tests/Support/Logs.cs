using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace Orchestrator.Tests.Support;

/// <summary>A logger factory that puts everything into one collector.</summary>
internal sealed class Logs(FakeLogCollector collector) : ILoggerFactory
{
    public Logs()
        : this(new FakeLogCollector())
    {
    }

    public IReadOnlyList<FakeLogRecord> Records => collector.GetSnapshot();

    public IEnumerable<FakeLogRecord> Named(string eventName) => Records.Where(r => r.Id.Name == eventName);

    public ILogger CreateLogger(string categoryName) => new FakeLogger(collector, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
        // Nothing is held.
    }
}

/// <summary>An observer that does what the test says.</summary>
internal sealed class Acting(Action<LlmAttempt> act) : IUsageObserver
{
    public Acting(Action act)
        : this(_ => act())
    {
    }

    public void OnAttempt(LlmAttempt attempt) => act(attempt);
}
