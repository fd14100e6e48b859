namespace Orchestrator;

/// <summary>What a provider is: its unique name, the vendor and the model, and what it can do. Immutable.</summary>
/// <param name="Name">Unique within a router, compared exactly; the <c>provider</c> label of every metric.</param>
/// <param name="Vendor">The key of prices and tokenizers: the <c>Type</c> of a built-in provider in configuration, such as <c>mock</c>, or
/// your own.</param>
/// <param name="Model">The model that is asked, priced and put on labels.</param>
public sealed record ProviderInfo(string Name, string Vendor, string Model)
{
    /// <summary>The address of its server. Two providers of one vendor whose host or port differ are two servers: what one refuses as an
    /// invalid request may suit the other.</summary>
    /// <value><see langword="null"/>: unknown. The HTTP providers of this library set it; <c>ChatClientProvider</c> takes it from its
    /// client's metadata.</value>
    public Uri? Endpoint { get; init; }

    /// <summary>What the provider can serve.</summary>
    /// <value><see cref="ProviderCapabilities.All"/>.</value>
    public ProviderCapabilities Capabilities { get; init; } = ProviderCapabilities.All;

    /// <summary>The number of tokens that prompt and answer may have together.</summary>
    /// <value><see langword="null"/>: unknown.</value>
    public int? ContextWindow { get; init; }

    /// <summary>How many calls the vendor allows at the same time.</summary>
    /// <value><see langword="null"/>: no limit known.</value>
    public int? MaxConcurrency { get; init; }

    /// <summary>Whether a buffered call is better served by collecting a stream: only a stream shows whether a slow provider is
    /// alive.</summary>
    /// <value><see langword="false"/>.</value>
    public bool PrefersStreaming { get; init; }

    /// <summary>The time-outs that suit this vendor. They take precedence over the router's; those of the request take precedence over
    /// them.</summary>
    /// <value><see langword="null"/>: the router's.</value>
    public TimeoutOptions? Timeouts { get; init; }
}
