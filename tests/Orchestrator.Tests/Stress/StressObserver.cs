using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Tests.Stress;

/// <summary>Hands each attempt to the call it belongs to, and now and then throws, which must not matter.</summary>
internal sealed class StressObserver(StressRun run) : IUsageObserver
{
    public void OnAttempt(LlmAttempt attempt)
    {
        var call = run.Call(int.Parse(attempt.Tags!["call"], CultureInfo.InvariantCulture));
        call.Told.Add(attempt);
        if (call.Asked[^1].Excludes is var (thrown, length, hold))
        {
            var failed = attempt.Error is { } error && error.Kind == call.Asked[^1].Kind;
            run.Exclusions.Told(attempt.Provider.Name, thrown, length, hold, failed);
        }
        else if (attempt.Outcome == AttemptOutcome.Succeeded)
        {
            run.Exclusions.Lifted(attempt.Provider.Name, call.Asked[^1].At);
        }

        if (call.Id % 211 == 0)
            throw new InvalidOperationException("scripted: observer");
    }
}

/// <summary>Reads everything the router logs, at every level, for what must not be there.</summary>
internal sealed class CanaryLog(StressRun run) : ILoggerFactory, ILogger
{
    private readonly ConcurrentDictionary<(string Event, string Provider), long> _changes = new();
    private long _lines;

    public long Lines => Interlocked.Read(ref _lines);

    /// <summary>How often a change of a provider's availability was reported.</summary>
    public long Changes(string eventName, string provider) => _changes.GetValueOrDefault((eventName, provider));

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var line = Interlocked.Increment(ref _lines);
        run.CheckSecrets("a log", formatter(state, exception));
        if (eventId.Id is >= 130 and <= 133 && state is IEnumerable<KeyValuePair<string, object?>> fields)
            _changes.AddOrUpdate((eventId.Name!, (string)fields.First(f => f.Key == "provider").Value!), 1, static (_, n) => n + 1);
        // Rendering a stack trace is dear, and each is like the others.
        if (exception is not null && line % 16 == 0)
            run.CheckSecrets("a logged exception", exception.ToString());
    }

    public void AddProvider(ILoggerProvider provider)
    {
        // It listens alone.
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
