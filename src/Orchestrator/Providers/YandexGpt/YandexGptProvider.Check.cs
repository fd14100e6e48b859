namespace Orchestrator.Providers;

// Finds out what is wrong with the settings.
public sealed partial class YandexGptProvider
{
    private readonly string? _mismatch;

    /// <summary>Has one word tokenized, which is free and takes address, certificate, credentials, role, folder and model, and explains what does not hold.</summary>
    /// <remarks>Takes at most 15 s.</remarks>
    /// <param name="cancellationToken">Gives up the check.</param>
    /// <returns>What was found. A problem is a result, never an exception.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public Task<ProviderDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default) => CheckAsync(
        async token =>
        {
            await TokenizeAsync(token).ConfigureAwait(false);
            return new ProviderDiagnosis(ProviderProblem.None, $"{Info.Name} can serve: Yandex accepts the credentials and has {Info.Model}.");
        },
        error =>
        {
            var (problem, message) = YandexGptDiagnosis.Of(error, _mismatch, _tokens is not null, _completion.Authority, Info.Model);
            return new ProviderDiagnosis(problem, message) { Error = error };
        },
        _completion,
        cancellationToken);

    private protected override string? AdviceFor(LlmErrorKind kind, int status, ServerError said) => YandexGptDiagnosis.AdviceFor(kind, said.Message, _mismatch);
}
