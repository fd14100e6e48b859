namespace Orchestrator.DependencyInjection;

/// <summary>Where providers come from: a call on the builder, or a configuration section. The container keeps the order.</summary>
internal interface IProviderSource
{
    IReadOnlyList<ProviderEntry> Entries { get; }
}

/// <summary>A provider that is yet to be made.</summary>
/// <param name="Origin">The call or the configuration key that asked for it, for messages.</param>
/// <param name="Create">Makes it.</param>
/// <param name="Options">How the router uses it.</param>
/// <param name="LeaveOpen">Whether the router must not dispose it.</param>
internal sealed record ProviderEntry(
    string Origin, Func<IServiceProvider, ILlmProvider> Create, ProviderOptions? Options, bool LeaveOpen) : IProviderSource
{
    /// <summary>Whether the settings are to blame when it cannot be made.</summary>
    public bool FromSettings { get; init; }

    public IReadOnlyList<ProviderEntry> Entries => [this];
}
