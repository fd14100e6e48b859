namespace Orchestrator.Providers;

// The check of the settings: key, address, certificate, token, model, package, in this order.
public sealed partial class GigaChatProvider
{
    /// <inheritdoc/>
    /// <remarks>Fetches a new token beside the cached one and asks for models and balance; costs nothing. Takes at most 15 s.</remarks>
    public async Task<ProviderDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default)
    {
        if (_api.Credentials.Key is { } key && GigaChatCheck.MalformedKey(key) is { } malformed)
            return malformed;
        using var enough = new CancellationTokenSource(SettingsCheck.Limit, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
        try
        {
            if (_api.Credentials.Fetches)
                await FetchTokenAsync(null, either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (SettingsCheck.FailureOf(error, cancellationToken) is { } failure)
        {
            if (failure.ProviderCode == "7")
                return await ScopeAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            await SettingsCheck.LookAgainAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            return _http.Check.WithProxy(
                GigaChatCheck.OfToken(failure, _api.Credentials, _api.Scope, _api.HasRoots), _api.Credentials.FetchFrom ?? _api.Root);
        }

        try
        {
            var models = await ListModelsAsync(either.Token).ConfigureAwait(false);
            if (GigaChatCheck.UnknownModel(Info.Model, models) is { } unknown)
                return _api.Cleaned(unknown);
            return await PackageAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (SettingsCheck.FailureOf(error, cancellationToken) is { } failure)
        {
            await SettingsCheck.LookAgainAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            return _http.Check.WithProxy(GigaChatCheck.OfApi(failure, _api.Credentials, _api.Scope, _api.HasRoots), _api.Root);
        }
    }

    /// <summary>Finds the scope that the key is valid for, by a token request for each other scope.</summary>
    private async Task<ProviderDiagnosis> ScopeAsync(LlmException refused, CancellationToken limited, CancellationToken cancellationToken)
    {
        foreach (var other in GigaChatScopes.All.Where(s => s != _api.Scope))
        {
            try
            {
                await FetchTokenAsync(other, limited).ConfigureAwait(false);
                return GigaChatCheck.WrongScope(_api.Scope, other, refused);
            }
            catch (Exception error) when (SettingsCheck.FailureOf(error, cancellationToken) is not null)
            {
                // Not this scope, or the request failed.
            }
        }

        return GigaChatCheck.WrongScope(_api.Scope, null, refused);
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
            // Accounts that pay as they go have no balance, and an error of this request does not affect the chat.
            return GigaChatCheck.Fine(Info.Model);
        }
    }
}
