using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

// The requests that cost nothing: models, balance, token counts, and the probe, which asks for the models.
public sealed partial class GigaChatProvider
{
    /// <summary>Asks for the list of models with a token, which costs nothing.</summary>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>Whether the server answered with a success.</returns>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ListModelsAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (LlmException error) when (error.StatusCode is not null)
        {
            return false;
        }
    }

    /// <summary>Asks which models the account may use; those that are no chat models are in the list too.</summary>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>The models in the vendor's order.</returns>
    /// <exception cref="LlmException">The vendor could not be asked, or refused.</exception>
    public Task<IReadOnlyList<GigaChatModel>> ListModelsAsync(CancellationToken cancellationToken = default) =>
        _http.AskAsync(token => GetAsync("models", token), GigaChatLists.Models, cancellationToken);

    /// <summary>Asks what is left of the account's packages. Accounts that pay as they go have none: HTTP 403,
    /// <see cref="LlmErrorKind.Permission"/>.</summary>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>The packages in the vendor's order.</returns>
    /// <exception cref="LlmException">The vendor could not be asked, or refused.</exception>
    public Task<IReadOnlyList<GigaChatBalance>> GetBalanceAsync(CancellationToken cancellationToken = default) =>
        _http.AskAsync(token => GetAsync("balance", token), GigaChatLists.Balances, cancellationToken);

    /// <summary>Asks the vendor how many tokens the texts of these messages are, added up.</summary>
    /// <remarks>Text only: the vendor counts neither the few tokens that its chat template adds to each message nor functions, files and
    /// calls.</remarks>
    /// <param name="messages">The messages, oldest first; at least one.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <returns>The number of tokens; 0, without asking, when no message has text.</returns>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is empty or holds a null.</exception>
    /// <exception cref="LlmException">The vendor could not be asked, or refused.</exception>
    public Task<int> CountTokensAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages.ToList();
        if (all.Count == 0 || all.Contains(null!))
            throw new ArgumentException("At least one message was expected, and none that is null.", nameof(messages));
        var texts = RequestFault.Guard(
            all, static messages => messages.Select(m => m.Text).Where(t => t.Length > 0).ToList(), cancellationToken);
        return texts.Count == 0 ? Task.FromResult(0) : CountAsync(texts, new LlmRequest(all), cancellationToken);
    }

    private Task<int> CountAsync(List<string> texts, LlmRequest about, CancellationToken cancellationToken) => _http.AskAsync(
        token =>
        {
            var body = JsonBody.From(texts, WriteTexts);
            return _api.PrepareAsync(
                new HttpRequestMessage(HttpMethod.Post, HttpAddress.Combine(_api.Root, "tokens/count")) { Content = body }, token);
        },
        body => GigaChatLists.Tokens(body, texts.Count),
        cancellationToken,
        about);

    private ValueTask<HttpRequestMessage> GetAsync(string path, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, HttpAddress.Combine(_api.Root, path));
        message.Headers.Accept.Add(MediaTypes.Json);
        return _api.PrepareAsync(message, cancellationToken);
    }

    private void WriteTexts(Utf8JsonWriter json, List<string> texts)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, Info.Model);
        json.WriteStartArray("input"u8);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
