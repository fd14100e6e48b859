namespace Orchestrator.Testing;

/// <summary>Whose OpenAI-compatible server a fake is: they differ in their errors.</summary>
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
    /// OpenRouter: the code is the status, and an error inside a stream comes with choices that finish with <c>error</c>.
    /// </summary>
    OpenRouter,
}
