using Microsoft.Extensions.Logging;

namespace Orchestrator;

/// <summary>Reports every ended attempt, and every ended call, to the observers and to the log. Nothing that listens can change the
/// call.</summary>
internal sealed class Reports(IEnumerable<IUsageObserver> observers, ILogger logger)
{
    private readonly IUsageObserver[] _observers = [.. observers];

    /// <summary>Whether a call that has ended so is listened to.</summary>
    public bool Takes(AttemptOutcome outcome) => _observers.Length > 0 || outcome == AttemptOutcome.Failed;

    /// <summary>Reports an attempt.</summary>
    /// <returns>Whether anything listens: code that is not ours has run, and may have taken its time.</returns>
    public bool Report(LlmAttempt attempt)
    {
        Tell(attempt, static (observer, one) => observer.OnAttempt(one));
        return Log.Attempt(logger, attempt) || _observers.Length > 0;
    }

    /// <summary>Reports a call.</summary>
    public void Report(LlmCall call)
    {
        Tell(call, static (observer, one) => observer.OnCall(one));
        if (call.Outcome == AttemptOutcome.Failed)
            Log.Call(logger, call);
    }

    private void Tell<T>(T record, Action<IUsageObserver, T> tell)
    {
        foreach (var observer in _observers)
        {
            try
            {
                tell(observer, record);
            }
#pragma warning disable CA1031 // The one place where a foreign observer's fault stops.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Log.ObserverFailed(logger, observer.GetType().Name, error);
            }
        }
    }
}
