namespace Orchestrator.PrometheusCheck;

/// <summary>Something is not as it has to be; the message is all there is to say.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);
