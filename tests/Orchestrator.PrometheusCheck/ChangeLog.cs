using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orchestrator.PrometheusCheck;

/// <summary>Counts what the router logs of its providers' availability, by the labels of the metric that counts the same.</summary>
internal sealed class ChangeLog : ILoggerFactory, ILogger
{
    private const string Prefix = "llm_provider_";
    private static readonly string[] States = ["ejected", "trial", "available", "excluded"];
    private readonly ConcurrentDictionary<string, int> _changes = new(StringComparer.Ordinal);

    public Dictionary<string, double> ToDictionary() => _changes.ToDictionary(c => c.Key, c => (double)c.Value, StringComparer.Ordinal);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name is { } name && name.StartsWith(Prefix, StringComparison.Ordinal) && States.Contains(name[Prefix.Length..])
            && state is IEnumerable<KeyValuePair<string, object?>> fields)
            _changes.AddOrUpdate(
                $"provider={fields.First(f => f.Key == "provider").Value},state={name[Prefix.Length..]}", 1, static (_, n) => n + 1);
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
