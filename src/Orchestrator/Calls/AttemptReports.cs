using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Reports every ended attempt to the observers and to the log. Nothing that listens can change the call.</summary>
internal sealed class AttemptReports(IEnumerable<IUsageObserver> observers, ILogger logger)
{
    private readonly IUsageObserver[] _observers = [.. observers];

    public void Report(LlmAttempt attempt)
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

        Log.Attempt(logger, attempt);
    }
}
