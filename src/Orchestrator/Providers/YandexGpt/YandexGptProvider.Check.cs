namespace Orchestrator.Providers;

// Finds out what is wrong with the settings.
public sealed partial class YandexGptProvider
{
    /// <summary>Has one word tokenized, which is free and takes address, certificate, credentials, role, folder and model, and explains
    /// what does not hold.</summary>
    /// <remarks>Takes at most 15 s.</remarks>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>What was found. A problem is a result, never an exception.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public Task<ProviderDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default) => _http.Check.RunAsync(
        async token =>
        {
            await TokenizeAsync(token).ConfigureAwait(false);
            return new ProviderDiagnosis(
                ProviderProblem.None, $"{Info.Name} can serve: Yandex accepts the credentials and has {Info.Model}.");
        },
        error =>
        {
            var (problem, message) = YandexGptDiagnosis.Of(
                error, _api.Mismatch, _api.Access.IsFetched, _api.Completion.Authority, Info.Model);
            return new ProviderDiagnosis(problem, message) { Error = error };
        },
        _api.Completion,
        cancellationToken);
}
