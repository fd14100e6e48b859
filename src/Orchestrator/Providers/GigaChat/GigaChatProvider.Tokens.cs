namespace Orchestrator.Providers;

// Fetches access tokens. An error of a fetch says that it concerned the token.
public sealed partial class GigaChatProvider
{
    private Task<AccessToken> FetchTokenAsync(CancellationToken cancellationToken) => FetchTokenAsync(null, cancellationToken);

    /// <summary>Requests a new token, without use of the cached one.</summary>
    private async Task<AccessToken> FetchTokenAsync(GigaChatScope? scope, CancellationToken cancellationToken)
    {
        using var message = _api.Credentials.NewTokenRequest(scope);
        try
        {
            var token = await _http.AskAsync(message, GigaChatTokenAnswer.Read, cancellationToken).ConfigureAwait(false);
            return token.MeasuredFrom(message.AnsweredAt);
        }
        catch (LlmException error)
        {
            throw AboutToken(error);
        }
    }

    private LlmException AboutToken(LlmException error)
    {
        // The caller's request was not sent: the settings are at fault.
        var kind = error.Kind switch
        {
            LlmErrorKind.InvalidRequest or LlmErrorKind.ContextLengthExceeded or LlmErrorKind.NotSupported => LlmErrorKind.Authentication,
            LlmErrorKind.ModelNotFound => LlmErrorKind.MalformedResponse,
            var other => other,
        };
        var setting = _api.Credentials.HasKey ? nameof(GigaChatOptions.AuthUrl) : nameof(GigaChatOptions.BaseUrl);
        var advice = kind == LlmErrorKind.MalformedResponse ? $" Check {setting}." : "";
        var about = error.Copy(error.InnerException, kind, $"No access token for {Info.Name}: {error.Message}{advice}");
        about.FillIn(Info);
        return about;
    }
}
