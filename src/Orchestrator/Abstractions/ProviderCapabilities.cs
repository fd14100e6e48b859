namespace Orchestrator;

/// <summary>What a provider can serve beyond plain text.</summary>
[Flags]
public enum ProviderCapabilities
{
    /// <summary>Text in, text out.</summary>
    None = 0,

    /// <summary>Function calls: <see cref="Microsoft.Extensions.AI.ChatOptions.Tools"/>.</summary>
    Tools = 1,

    /// <summary>Images in the prompt.</summary>
    Images = 2,

    /// <summary>Answers that follow a JSON schema.</summary>
    StructuredOutput = 4,

    /// <summary>Answers with the model's reasoning.</summary>
    Reasoning = 8,

    /// <summary>Everything above: the default, so that nothing is refused before the provider is asked.</summary>
    All = Tools | Images | StructuredOutput | Reasoning,
}
