namespace Orchestrator.Providers;

// The check of the settings: address, certificate, key, model, by the list of models and what the server says of this one.
public sealed partial class OllamaProvider
{
    /// <inheritdoc/>
    /// <remarks>
    /// <para>Asks for the list of models and for what the server says of this one, which costs nothing and loads nothing; takes at most 15
    /// s.</para>
    /// <para>A server that shows both without a key does not check the key; the message of a good result says so.</para>
    /// </remarks>
    public Task<ProviderDiagnosis> DiagnoseAsync(CancellationToken cancellationToken = default)
    {
        var server = new ServerDiagnosis(
            HttpAddress.Shown(_api.Root),
            _api.HasKey,
            "Start Ollama ('ollama serve') and check BaseUrl or OLLAMA_HOST; in a container, localhost is the container itself.",
            "Set ApiKey to a key of ollama.com, or of the proxy in front of the server.",
            "BaseUrl must be Ollama's own address, such as http://localhost:11434, without /v1.");
        return _http.Check.RunAsync(token => CheckAsync(server, token), server.Of, _api.Root, cancellationToken);
    }

    private async Task<ProviderDiagnosis> CheckAsync(ServerDiagnosis server, CancellationToken cancellationToken)
    {
        ListedModels models;
        try
        {
            using var request = Tags(_api.Root);
            models = await _http.AskAsync(request, ListedModels.Read, cancellationToken).ConfigureAwait(false);
        }
        catch (LlmException error) when (error.StatusCode is 200 or 404 or 405 or 501 || error.Kind == LlmErrorKind.MalformedResponse)
        {
            if (_api.Root.AbsolutePath != "/"
                && await _http.TryListAsync(Tags(new Uri(_api.Root, "/")), cancellationToken).ConfigureAwait(false) is not null)
            {
                return server.Moved(_api.Root.GetLeftPart(UriPartial.Authority), error);
            }

            return error.Kind == LlmErrorKind.MalformedResponse ? server.Of(error) : server.CannotTell(error, "/api/tags");
        }

        try
        {
            // The list does not have the cloud models that a local server forwards to.
            var model = await DescribeAsync(cancellationToken).ConfigureAwait(false);
            if (!model.IsChat)
            {
                return _api.Cleaned(
                    new(ProviderProblem.UnknownModel, $"{Info.Model} is no chat model. There are: {models.Some(Info.Model)}."));
            }
        }
        catch (LlmException error) when (error.StatusCode is 400 or 404 or 405)
        {
            // Some proxies forward the list but not the request about one model.
            if (!models.Holds(Info.Model))
            {
                return _api.Cleaned(
                    server.Unknown(Info.Model, models, $"Get it with 'ollama pull {Info.Model}', or set Model to one that is there.")
                        with
                    { Error = error });
            }
        }

        var isOpen = server.HasKey && await IsOpenAsync(cancellationToken).ConfigureAwait(false);
        return _api.Cleaned(
            new(
                ProviderProblem.None,
                $"{server.Address} answers and has "
                    + $"{Info.Model}.{(isOpen ? " It lists its models without a key, so the key could not be checked." : "")}"));
    }

    private HttpRequestMessage Tags(Uri root) =>
        _api.Prepare(new HttpRequestMessage(HttpMethod.Get, HttpAddress.Combine(root, "api/tags")));

    private async Task<bool> IsOpenAsync(CancellationToken cancellationToken)
    {
        var request = Tags(_api.Root);
        request.Headers.Authorization = null;
        return await _http.TryListAsync(request, cancellationToken).ConfigureAwait(false) is not null;
    }
}
