using System.Diagnostics;

namespace Orchestrator.Providers;

/// <summary>Where an OpenAI-compatible server is and how it likes to be asked. Copied by the provider's constructor.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed partial class OpenAiCompatibleOptions
{
    /// <summary>The model to ask. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>The address that <c>/chat/completions</c> is appended to.</summary>
    /// <value><c>https://api.openai.com/v1</c>.</value>
    public Uri BaseUrl { get; set; } = OpenAiCompatibleEnvironment.Default;

    /// <summary>The key; visible ASCII. Sent as <c>Authorization: {AuthorizationScheme} {ApiKey}</c>.</summary>
    /// <value><see langword="null"/>: no authorization is sent, as local servers like it.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? ApiKey { get; set; }

    /// <summary>The scheme of the authorization header.</summary>
    /// <value><c>Bearer</c>.</value>
    public string AuthorizationScheme { get; set; } = "Bearer";

    /// <summary>Further headers of every request; values are visible ASCII.</summary>
    /// <value>Empty.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The key of prices and tokenizers.</summary>
    /// <value><c>openai</c>.</value>
    public string Vendor { get; set; } = "openai";

    /// <summary>Whether the limit of the answer is sent as <c>max_completion_tokens</c> instead of <c>max_tokens</c>.</summary>
    /// <value><see langword="null"/>: only to <c>api.openai.com</c>, whose reasoning models refuse the old name; most other servers know no
    /// other.</value>
    public bool? UseMaxCompletionTokens { get; set; }

    /// <summary>Whether a stream asks for its usage with <c>stream_options</c>; some old servers refuse that field.</summary>
    /// <value><see langword="true"/>.</value>
    public bool RequestUsage { get; set; } = true;

    /// <summary>What the model can do beyond text.</summary>
    /// <value><see cref="ProviderCapabilities.All"/>.</value>
    public ProviderCapabilities Capabilities { get; set; } = ProviderCapabilities.All;

    /// <summary>The number of tokens that prompt and answer may have together.</summary>
    /// <value><see langword="null"/>: unknown.</value>
    public int? ContextWindow { get; set; }

    /// <summary>What happens to an event of a stream that cannot be read.</summary>
    /// <value><see cref="MalformedEventAction.SkipOne"/>.</value>
    public MalformedEventAction MalformedEvents { get; set; }

    /// <summary>Address and key from the environment: <c>OPENAI_BASE_URL</c> and <c>OPENAI_API_KEY</c>, as OpenAI's own clients take
    /// them.</summary>
    /// <param name="model">The model to ask; there is no variable for it.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">A variable cannot be used, or the key is missing for OpenAI itself; the message names
    /// the variable, never its value.</exception>
    public static OpenAiCompatibleOptions FromEnvironment(string model) => FromEnvironment(model, Environment.GetEnvironmentVariable);

    internal static OpenAiCompatibleOptions FromEnvironment(string model, Func<string, string?> environment)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        try
        {
            var address = OpenAiCompatibleEnvironment.Address(environment) ?? OpenAiCompatibleEnvironment.Default;
            var key = OpenAiCompatibleEnvironment.KeyFor(address, environment);
            if (key is null && OpenAiCompatibleEnvironment.NeedsKey(address))
            {
                throw new InvalidOperationException(
                    $"The environment variable {OpenAiCompatibleEnvironment.ApiKey} is not set, and {address.Host} answers no request "
                        + "without a key. "
                        + $"Set it, or set {OpenAiCompatibleEnvironment.BaseUrl} to another server.");
            }

            if (key is not null)
                HeaderValue.Checked(key, $"The environment variable {OpenAiCompatibleEnvironment.ApiKey}");
            return new OpenAiCompatibleOptions { Model = model, BaseUrl = address, ApiKey = key };
        }
        catch (ArgumentException error)
        {
            throw new InvalidOperationException(error.Plain());
        }
    }

    /// <summary>Yandex AI Studio's OpenAI-compatible API, for the models its native API does not serve.</summary>
    /// <param name="folderId">The folder, sent as <c>OpenAI-Project</c> and in the model's URI.</param>
    /// <param name="apiKey">An API key.</param>
    /// <param name="model">A model such as <c>qwen3-235b-a22b-fp8/latest</c>, or a whole <c>gpt://</c> URI.</param>
    /// <returns>The options, to change further.</returns>
    public static OpenAiCompatibleOptions ForYandex(string folderId, string apiKey, string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folderId);
        ArgumentException.ThrowIfNullOrWhiteSpace(apiKey);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return new OpenAiCompatibleOptions
        {
            BaseUrl = new Uri("https://llm.api.cloud.yandex.net/v1"),
            ApiKey = apiKey,
            AuthorizationScheme = "Api-Key",
            Vendor = "yandexgpt",
            Model = model.Contains("://", StringComparison.Ordinal) ? model : $"gpt://{folderId}/{model}",
            Headers = { ["OpenAI-Project"] = folderId },
        };
    }

    /// <summary>GigaChat as cloud.ru sells it since September 2026.</summary>
    /// <param name="apiKey">An API key of cloud.ru.</param>
    /// <param name="model">The model.</param>
    /// <returns>The options, to change further.</returns>
    public static OpenAiCompatibleOptions ForCloudRu(string apiKey, string model = "GigaChat/GigaChat-2-Max")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(apiKey);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return new OpenAiCompatibleOptions
        {
            BaseUrl = new Uri("https://foundation-models.api.cloud.ru/v1"),
            ApiKey = apiKey,
            Vendor = "cloudru",
            Model = model,
        };
    }

    /// <summary>Address and model; no key and no header.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"OpenAiCompatibleOptions {{ BaseUrl = {HttpAddress.Shown(BaseUrl)}, Model = {Model} }}";
}
