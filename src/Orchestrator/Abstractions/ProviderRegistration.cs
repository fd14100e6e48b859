namespace Orchestrator;

/// <summary>A provider with the options it is added with, for <see cref="Router.ReplaceProviders"/>.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Options">How it is used; <see langword="null"/> for the defaults.</param>
/// <param name="LeaveOpen">Whether the router must not dispose it.</param>
public sealed record ProviderRegistration(ILlmProvider Provider, ProviderOptions? Options = null, bool LeaveOpen = false);
