namespace Orchestrator.DependencyInjection;

/// <summary>The origin of providers: a call on the builder, or a configuration section. The container keeps the order.</summary>
internal interface IProviderSource
{
    IReadOnlyList<ProviderEntry> Entries { get; }
}

/// <summary>A provider that is not created yet.</summary>
/// <param name="Origin">The call or the configuration key that asked for it, for messages.</param>
/// <param name="Create">Makes it.</param>
/// <param name="Options">How the router uses it.</param>
/// <param name="LeaveOpen">Whether the router must not dispose it.</param>
internal sealed record ProviderEntry(
    string Origin, Func<IServiceProvider, ILlmProvider> Create, ProviderOptions? Options, bool LeaveOpen) : IProviderSource
{
    /// <summary>Whether a failure to create it is an error of the settings.</summary>
    public bool FromSettings { get; init; }

    public IReadOnlyList<ProviderEntry> Entries => [this];
}
