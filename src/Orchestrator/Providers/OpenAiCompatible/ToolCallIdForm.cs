namespace Orchestrator.Providers;

/// <summary>What a server takes for the id of a tool call. Ids of other vendors' answers are rewritten, the same id always to the
/// same.</summary>
public enum ToolCallIdForm
{
    /// <summary>Any text: ids are sent as they came.</summary>
    Any,

    /// <summary>At most 40 characters, as OpenAI and Azure want it; longer ids are rewritten.</summary>
    AtMost40,

    /// <summary>Exactly nine letters and digits of ASCII, as Mistral wants it; all other ids are rewritten.</summary>
    NineLettersAndDigits,
}
