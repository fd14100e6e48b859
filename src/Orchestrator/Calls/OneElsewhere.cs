namespace Orchestrator;

/// <summary>One more provider is asked after an error whose rule says so: one of another vendor, or another server.</summary>
/// <param name="Error">The error. It ends the call unless that provider answers.</param>
/// <param name="From">The provider it came from.</param>
internal sealed record OneElsewhere(LlmException Error, ProviderInfo From)
{
    /// <summary>Whether a provider is another vendor's, or another server where both addresses are known.</summary>
    public bool Suits(ProviderInfo other) =>
        !string.Equals(From.Vendor, other.Vendor, StringComparison.OrdinalIgnoreCase) || AreTwoServers(From.Endpoint, other.Endpoint);

    private static bool AreTwoServers(Uri? one, Uri? other) =>
        one is { IsAbsoluteUri: true } && other is { IsAbsoluteUri: true }
        && (one.Port != other.Port || !string.Equals(HostOf(one), HostOf(other), StringComparison.OrdinalIgnoreCase));

    // A name with a dot at its end is the same host.
    private static string HostOf(Uri address) => address.IdnHost.TrimEnd('.');
}
