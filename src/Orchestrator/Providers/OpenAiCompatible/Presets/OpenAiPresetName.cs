namespace Orchestrator.Providers;

/// <summary>The values of the configuration key <c>Preset</c>.</summary>
internal enum OpenAiPresetName
{
    Azure,
    CloudRu,
    DeepSeek,
    Gemini,
    Groq,
    LlamaCpp,
    LmStudio,
    Mistral,
    Moonshot,
    OpenRouter,
    Perplexity,
    Qwen,
    SgLang,
    Tgi,
    Together,
    Vllm,
    XAi,
    Yandex,
}
