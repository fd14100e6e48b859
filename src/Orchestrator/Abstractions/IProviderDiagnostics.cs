namespace Orchestrator;

/// <summary>A provider that can find out, free of charge, whether its settings would work, and say what to do if not. Optional.</summary>
/// <remarks>Meant for start-up checks, set-up pages and support; the router never asks on its own.</remarks>
public interface IProviderDiagnostics
{
    /// <summary>Tries address, certificate, credentials and model, in that order, and stops at the first that does not hold.</summary>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>What was found. A problem is a result, never an exception.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    Task<ProviderDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default);
}
