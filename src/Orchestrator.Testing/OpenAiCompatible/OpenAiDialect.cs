namespace Orchestrator.Testing;

/// <summary>
/// Whose OpenAI-compatible server a fake is: what it sends, what it refuses when it is strict, and how its errors look.
/// </summary>
public enum OpenAiDialect
{
    /// <summary>OpenAI itself: an object with <c>message</c>, <c>type</c>, <c>param</c> and a <c>code</c> of text or null.</summary>
    OpenAi,

    /// <summary>vLLM: the code is a number, and an error inside a stream is followed by <c>[DONE]</c>.</summary>
    Vllm,

    /// <summary>Older vLLM: the same, flat, with <c>"object":"error"</c>.</summary>
    VllmFlat,

    /// <summary>llama.cpp: a number, and types of its own.</summary>
    LlamaCpp,

    /// <summary>LM Studio and others: the error is a text.</summary>
    LmStudio,

    /// <summary>Servers on FastAPI: <c>{"detail":"…"}</c>.</summary>
    FastApi,

    /// <summary>
    /// OpenRouter: the code is the status, an error inside a stream comes with choices that finish with <c>error</c>, and
    /// <c>reasoning_details</c> have to come back.
    /// </summary>
    OpenRouter,

    /// <summary>Azure OpenAI: both addresses, <c>api-key</c>, a first chunk without choices, content filters.</summary>
    Azure,

    /// <summary>DeepSeek: <c>reasoning_content</c> has to come back with the calls it led to.</summary>
    DeepSeek,

    /// <summary>Gemini's OpenAI-compatible address: index 0 for every call, thought signatures, errors in an array.</summary>
    Gemini,

    /// <summary>Groq: <c>reasoning</c>, usage in <c>x_groq</c>, no field it does not know.</summary>
    Groq,

    /// <summary>Mistral: call ids of nine letters and digits, thinking as parts, no field it does not know.</summary>
    Mistral,

    /// <summary>Moonshot (Kimi): <c>reasoning_content</c> has to come back, usage inside the choice.</summary>
    Moonshot,

    /// <summary>xAI: errors of <c>code</c> and <c>error</c>, no empty message, no penalties.</summary>
    XAi,

    /// <summary>Perplexity: the whole message beside every delta, roles that alternate, no tools.</summary>
    Perplexity,

    /// <summary>Qwen in Alibaba's Model Studio (DashScope): thinking only in streams.</summary>
    Qwen,

    /// <summary>Together: <c>reasoning</c>, finish reason <c>eos</c>.</summary>
    Together,

    /// <summary>SGLang: flat errors, nulls in every delta.</summary>
    SgLang,

    /// <summary>Text Generation Inference: errors of two texts, one call an answer, always with id 0.</summary>
    Tgi,
}
