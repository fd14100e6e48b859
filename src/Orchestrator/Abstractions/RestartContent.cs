using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Says that the text so far is void and another provider starts over. Only with <see cref="MidStreamMode.Restart"/>.</summary>
/// <param name="provider">The provider that answers from here on.</param>
/// <param name="error">Why the earlier answer broke.</param>
public sealed class RestartContent(ProviderInfo provider, LlmException error) : AIContent
{
    /// <summary>The provider that answers from here on.</summary>
    public ProviderInfo Provider { get; } = provider;

    /// <summary>Why the earlier answer broke.</summary>
    public LlmException Error { get; } = error;
}
