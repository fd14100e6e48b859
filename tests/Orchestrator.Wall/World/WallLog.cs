using Microsoft.Extensions.Logging;

namespace Orchestrator.Wall;

/// <summary>Keeps every log line, exceptions and all.</summary>
internal sealed class WallLog : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<(LogLevel Level, int Id, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, int Id, string Text)> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>Whether every line is followed by an exception thrown at the code that logs.</summary>
    public bool Throws { get; set; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The wall keeps its own log.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
            _lines.Add((logLevel, eventId.Id, $"{formatter(state, exception)} {exception}"));
        if (Throws)
            throw new InvalidOperationException("The wall's logger throws.");
    }

    public void Dispose()
    {
    }
}
