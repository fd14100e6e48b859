namespace Orchestrator.Providers;

// The check of the settings: key, address, certificate, token, model, package, in this order.
public sealed partial class GigaChatProvider
{
    /// <inheritdoc/>
    /// <remarks>Fetches a token past the one that is kept, asks for models and balance; costs nothing. Takes at most 15 s.</remarks>
    public async Task<ProviderDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default)
    {
        if (_credentials.Key is { } key && GigaChatCheck.MalformedKey(key) is { } malformed)
            return malformed;
        using var enough = new CancellationTokenSource(CheckLimit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
        try
        {
            if (_credentials.Fetches)
                await FetchTokenAsync(null, either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (CheckFailure(error, cancellationToken) is { } failure)
        {
            if (failure.ProviderCode == "7")
                return await ScopeAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            await LookAgainAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            return WithProxy(GigaChatCheck.OfToken(failure, _credentials, _scope, _tls.HasRoots), _credentials.FetchFrom ?? _root);
        }

        try
        {
            var models = await ListModelsAsync(either.Token).ConfigureAwait(false);
            if (GigaChatCheck.UnknownModel(Info.Model, models) is { } unknown)
                return unknown with { Message = Redact(unknown.Message) };
            return await PackageAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (CheckFailure(error, cancellationToken) is { } failure)
        {
            await LookAgainAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            return WithProxy(GigaChatCheck.OfApi(failure, _credentials, _scope, _tls.HasRoots), _root);
        }
    }

    /// <summary>The key is good for another scope: which one, the vendor says to whoever asks with it.</summary>
    private async Task<ProviderDiagnosis> ScopeAsync(LlmException refused, CancellationToken limited, CancellationToken cancellationToken)
    {
        foreach (var other in GigaChatScopes.All.Where(s => s != _scope))
        {
            try
            {
                await FetchTokenAsync(other, limited).ConfigureAwait(false);
                return GigaChatCheck.WrongScope(_scope, other, refused);
            }
            catch (Exception error) when (CheckFailure(error, cancellationToken) is not null)
            {
                // Not this one, or nobody can say.
            }
        }

        return GigaChatCheck.WrongScope(_scope, null, refused);
    }

    private async Task<ProviderDiagnosis> PackageAsync(CancellationToken cancellationToken)
    {
        try
        {
            var balances = await GetBalanceAsync(cancellationToken).ConfigureAwait(false);
            return GigaChatCheck.OfBalance(Info.Model, balances);
        }
        catch (LlmException error) when (error.Kind != LlmErrorKind.QuotaExceeded)
        {
            // Who pays as they go has no balance; and what else may be wrong with it does not keep the chat from working.
            return GigaChatCheck.Fine(Info.Model);
        }
    }
}
