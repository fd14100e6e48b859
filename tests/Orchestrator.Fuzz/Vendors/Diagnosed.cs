using Orchestrator.Providers;

namespace Orchestrator.Fuzz;

/// <summary>The check of a provider's settings, whose result must hold to what errors hold to.</summary>
internal static class Diagnosed
{
    /// <summary>Throws the error that was found.</summary>
    public static async Task AskAsync(ILlmProvider provider, CancellationToken cancellationToken)
    {
        var found = await ((IProviderDiagnostics)provider).DiagnoseAsync(cancellationToken);
        if (found.Message.Contains(Values.PairedKey, StringComparison.Ordinal))
            throw new FuzzFailure("the authorization key is in a diagnosis");
        if (found.Error is { } error)
            throw error;
    }
}
