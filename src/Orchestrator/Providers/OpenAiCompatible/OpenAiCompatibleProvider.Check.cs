namespace Orchestrator.Providers;

// The check of the settings: address, certificate, key, model, by the list of models.
public sealed partial class OpenAiCompatibleProvider
{
    private const string ChatPath = "/chat/completions";

    // A llama.cpp server runs one model and serves it whatever name it is asked for.
    private const string LlamaCpp = "llamacpp";

    /// <inheritdoc/>
    /// <remarks>
    /// <para>Asks for lists of models only, which costs nothing; takes at most 15 s. Where there is none the result says that it cannot
    /// tell, as <see cref="ProviderProblem.Other"/>.</para>
    /// <para>Some servers show their list without a key. Then the key cannot be checked free of charge, and the message of a good result
    /// says so.</para>
    /// </remarks>
    public Task<ProviderDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default)
    {
        var server = new ServerDiagnosis(
            HttpAddress.Shown(_api.Root),
            _api.HasKey,
            "Check BaseUrl, whether the server runs, the network and the proxy.",
            "Set ApiKey to a key of this server, whole and without blanks; keys of other vendors or projects do not fit.",
            "BaseUrl must be the address that /chat/completions and /models are appended to, and mostly ends with /v1.");
        return _http.Check.RunAsync(token => CheckAsync(server, token), server.Of, _api.Root, cancellationToken);
    }

    private async Task<ProviderDiagnosis> CheckAsync(ServerDiagnosis server, CancellationToken cancellationToken)
    {
        ListedModels models;
        try
        {
            using var request = _api.Prepare(new HttpRequestMessage(HttpMethod.Get, _api.Models));
            models = await _http.AskAsync(request, ListedModels.Read, cancellationToken).ConfigureAwait(false);
        }
        catch (LlmException error) when (error.StatusCode is 200 or 404 or 405 or 501 || error.Kind == LlmErrorKind.MalformedResponse)
        {
            if (await ElsewhereAsync(cancellationToken).ConfigureAwait(false) is { } right)
                return server.Moved(right, error);
            return error.Kind == LlmErrorKind.MalformedResponse ? server.Of(error) : server.CannotTell(error, _api.Models.AbsolutePath);
        }

        if (!_api.ListsModels)
        {
            return _api.Cleaned(new ProviderDiagnosis(
                ProviderProblem.None,
                $"{server.Address} answers. Its list has models, not deployments, so whether {Info.Model} exists could not be checked."));
        }

        var only = models.OnlyOf(LlamaCpp);
        if (!models.Holds(Info.Model) && only is null)
            return _api.Cleaned(server.Unknown(Info.Model, models, "Set Model to one of the server's."));
        var good = only is not null && !models.Holds(Info.Model)
            ? $"{server.Address} answers. It runs one model, {only}, whatever name it is asked for."
            : $"{server.Address} answers and has {Info.Model}.";
        if (server.HasKey && await IsOpenAsync(cancellationToken).ConfigureAwait(false))
            good += " It lists its models without a key, so the key could not be checked.";
        return _api.Cleaned(new ProviderDiagnosis(ProviderProblem.None, good));
    }

    /// <summary>Looks for the API at other addresses: a user may have left out /v1, or set the whole address of the chat.</summary>
    private async Task<string?> ElsewhereAsync(CancellationToken cancellationToken)
    {
        var path = _api.Root.AbsolutePath.TrimEnd('/');
        string[] others =
        [
            .. path.EndsWith(ChatPath, StringComparison.OrdinalIgnoreCase) ? [path[..^ChatPath.Length]] : Array.Empty<string>(),
            .. path.EndsWith("/v1", StringComparison.OrdinalIgnoreCase) ? Array.Empty<string>() : [$"{path}/v1"],
            "/v1",
        ];
        foreach (var other in others.Distinct().Where(o => o != path))
        {
            var address = new Uri(_api.Root, other);
            var request = _api.Prepare(new HttpRequestMessage(HttpMethod.Get, HttpAddress.Combine(address, "models")));
            if (await _http.TryListAsync(request, cancellationToken).ConfigureAwait(false) is { IsEmpty: false })
                return HttpAddress.Shown(address);
        }

        return null;
    }

    private async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        var request = _api.WithoutKey(_api.Prepare(new HttpRequestMessage(HttpMethod.Get, _api.Models)));
        return await _http.TryListAsync(request, cancellationToken).ConfigureAwait(false) is not null;
    }
}
