namespace Orchestrator.Providers;

// What the checks of the settings have in common.
public abstract partial class HttpLlmProvider
{
    private protected static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(15);

    /// <summary>Asks what a check has to ask, for 15 s at most, and explains what goes wrong.</summary>
    private protected async Task<ProviderDiagnosis> CheckAsync(
        Func<CancellationToken, Task<ProviderDiagnosis>> ask, Func<LlmException, ProviderDiagnosis> explain, Uri address, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(CheckLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
        try
        {
            return WithProxy(await ask(either.Token).ConfigureAwait(false), address);
        }
        catch (Exception error) when (CheckFailure(error, cancellationToken) is { } failure)
        {
            await LookAgainAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            return WithProxy(explain(failure), address);
        }
    }

    /// <summary>A failure as a check looks at it; null for the caller's own cancellation and for what is a defect of ours.</summary>
    private protected static LlmException? CheckFailure(Exception error, CancellationToken cancellationToken) => error switch
    {
        _ when cancellationToken.IsCancellationRequested => null,
        LlmException known => known,
        OperationCanceledException => new LlmException(LlmErrorKind.Timeout, $"No answer within {CheckLimit.TotalSeconds:0} s.", error),
        _ => null,
    };

    /// <summary>A question of a check that may fail: null then, unless the time is over.</summary>
    private protected async Task<ListedModels?> TryListAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                return await AskAsync(request, ListedModels.Read, cancellationToken).ConfigureAwait(false);
            }
            catch (LlmException)
            {
                return null;
            }
        }
    }
}
