using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Reports every ended attempt to the observers and to the log. Nothing that listens can change the call.</summary>
internal sealed class AttemptReports(IEnumerable<IUsageObserver> observers, ILogger logger)
{
    private readonly IUsageObserver[] _observers = [.. observers];

    /// <summary>Reports an attempt.</summary>
    /// <returns>Whether anything listens: code that is not ours has run, and may have taken its time.</returns>
    public bool Report(LlmAttempt attempt)
    {
        foreach (var observer in _observers)
        {
            try
            {
                observer.OnAttempt(attempt);
            }
#pragma warning disable CA1031 // The one place where a foreign observer's fault stops.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.ObserverFailed(logger, observer.GetType().Name, error);
            }
        }

        return Log.Attempt(logger, attempt) || _observers.Length > 0;
    }
}
