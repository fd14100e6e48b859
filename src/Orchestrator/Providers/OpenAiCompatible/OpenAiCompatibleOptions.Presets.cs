namespace Orchestrator.Providers;

// A method for each known server; what it is made of stands in Presets/OpenAiPresets.cs.
public sealed partial class OpenAiCompatibleOptions
{
    /// <summary>Azure OpenAI, by a key; its models are asked for by the names of their deployments.</summary>
    /// <param name="endpoint">The resource's address, such as <c>https://name.openai.azure.com</c>.</param>
    /// <param name="deployment">The deployment.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>AZURE_OPENAI_API_KEY</c> of the environment.</param>
    /// <param name="apiVersion">A dated version for the classic address, such as <c>2024-10-21</c>; <see langword="null"/> for
    /// <c>/openai/v1</c>, which needs none.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="ArgumentException">The address cannot be used, or a text is empty.</exception>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Azure(Uri endpoint, string deployment, string? apiKey = null, string? apiVersion = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentException.ThrowIfNullOrWhiteSpace(deployment);
        if (apiVersion is not null)
            ArgumentException.ThrowIfNullOrWhiteSpace(apiVersion);
        var address = AzureAddress.Of(endpoint, deployment, apiVersion, nameof(endpoint));
        var options = Preset(OpenAiPresetName.Azure, deployment, apiKey, address);
        options.ApiVersion = apiVersion;
        return options;
    }

    /// <summary>DeepSeek.</summary>
    /// <param name="model">The model, such as <c>deepseek-flash</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>DEEPSEEK_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions DeepSeek(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.DeepSeek, model, apiKey);

    /// <summary>Google Gemini.</summary>
    /// <param name="model">The model, such as <c>gemini-3.8-flash</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>GEMINI_API_KEY</c>, else <c>GOOGLE_API_KEY</c> of the
    /// environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Gemini(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.Gemini, model, apiKey);

    /// <summary>Groq.</summary>
    /// <param name="model">The model, such as <c>openai/gpt-oss-120b</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>GROQ_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Groq(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.Groq, model, apiKey);

    /// <summary>Mistral.</summary>
    /// <param name="model">The model, such as <c>mistral-large-latest</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>MISTRAL_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Mistral(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.Mistral, model, apiKey);

    /// <summary>Moonshot, whose models are called Kimi.</summary>
    /// <param name="model">The model, such as <c>kimi-k2.6</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>MOONSHOT_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Moonshot(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.Moonshot, model, apiKey);

    /// <summary>OpenRouter.</summary>
    /// <param name="model">The model, such as <c>qwen/qwen3-235b-a22b</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>OPENROUTER_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions OpenRouter(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.OpenRouter, model, apiKey);

    /// <summary>xAI.</summary>
    /// <param name="model">The model, such as <c>grok-4.7</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>XAI_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions XAi(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.XAi, model, apiKey);

    /// <summary>Perplexity, which has no tools.</summary>
    /// <param name="model">The model, such as <c>sonar-pro</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>PERPLEXITY_API_KEY</c>, else <c>PPLX_API_KEY</c> of the
    /// environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Perplexity(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.Perplexity, model, apiKey);

    /// <summary>Alibaba's Qwen, in Singapore: for another region set <see cref="BaseUrl"/>.</summary>
    /// <param name="model">The model, such as <c>qwen-plus</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>DASHSCOPE_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Qwen(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.Qwen, model, apiKey);

    /// <summary>Together AI.</summary>
    /// <param name="model">The model, such as <c>openai/gpt-oss-20b</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for <c>TOGETHER_API_KEY</c> of the environment.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">There is no key; the message names the variable.</exception>
    public static OpenAiCompatibleOptions Together(string model, string? apiKey = null) =>
        Preset(OpenAiPresetName.Together, model, apiKey);

    /// <summary>vLLM, a server of one's own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="baseUrl">Its address; <see langword="null"/> for <c>http://localhost:8000/v1</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for none: no variable is read.</param>
    /// <returns>The options, to change further.</returns>
    public static OpenAiCompatibleOptions Vllm(string model, Uri? baseUrl = null, string? apiKey = null) =>
        Preset(OpenAiPresetName.Vllm, model, apiKey, baseUrl);

    /// <summary>SGLang, a server of one's own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="baseUrl">Its address; <see langword="null"/> for <c>http://localhost:30000/v1</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for none: no variable is read.</param>
    /// <returns>The options, to change further.</returns>
    public static OpenAiCompatibleOptions SgLang(string model, Uri? baseUrl = null, string? apiKey = null) =>
        Preset(OpenAiPresetName.SgLang, model, apiKey, baseUrl);

    /// <summary>llama.cpp's server, a server of one's own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="baseUrl">Its address; <see langword="null"/> for <c>http://localhost:8080/v1</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for none: no variable is read.</param>
    /// <returns>The options, to change further.</returns>
    public static OpenAiCompatibleOptions LlamaCpp(string model, Uri? baseUrl = null, string? apiKey = null) =>
        Preset(OpenAiPresetName.LlamaCpp, model, apiKey, baseUrl);

    /// <summary>LM Studio, a server of one's own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="baseUrl">Its address; <see langword="null"/> for <c>http://localhost:1234/v1</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for none: no variable is read.</param>
    /// <returns>The options, to change further.</returns>
    public static OpenAiCompatibleOptions LmStudio(string model, Uri? baseUrl = null, string? apiKey = null) =>
        Preset(OpenAiPresetName.LmStudio, model, apiKey, baseUrl);

    /// <summary>Hugging Face's Text Generation Inference, a server of one's own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="baseUrl">Its address; <see langword="null"/> for <c>http://localhost:8080/v1</c>.</param>
    /// <param name="apiKey">The key; <see langword="null"/> for none: no variable is read.</param>
    /// <returns>The options, to change further.</returns>
    public static OpenAiCompatibleOptions Tgi(string model, Uri? baseUrl = null, string? apiKey = null) =>
        Preset(OpenAiPresetName.Tgi, model, apiKey, baseUrl);

    private static OpenAiCompatibleOptions Preset(OpenAiPresetName name, string model, string? apiKey, Uri? address = null) =>
        OpenAiPresets.Of(name).For(model, apiKey, address, Environment.GetEnvironmentVariable);
}
