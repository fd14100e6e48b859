namespace Orchestrator;

/// <summary>What happens when a vendor refuses the content, by an error or by an answer with finish reason <c>content_filter</c>.</summary>
public enum RefusalAction
{
    /// <summary>The refusal is what the caller gets. The default.</summary>
    Return,

    /// <summary>The next provider is tried, unless text was handed out already.</summary>
    NextProvider,
}
