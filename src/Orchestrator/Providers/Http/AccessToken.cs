namespace Orchestrator.Providers;

/// <summary>A token as the vendor gave it. Never shown.</summary>
/// <param name="Value">What goes behind <c>Bearer</c>.</param>
/// <param name="ExpiresAt">When the vendor stops taking it, by the vendor's clock.</param>
internal readonly record struct AccessToken(string Value, DateTimeOffset ExpiresAt)
{
    /// <summary>No server takes a longer header: 8 KiB is nginx's own limit (<c>large_client_header_buffers</c>).</summary>
    private const int Longest = 8 * 1024;

    /// <summary>How long it lives from the answer on, where that is known by the vendor's clock alone; null leaves it to ours.</summary>
    public TimeSpan? Life { get; init; }

    /// <summary>The token with its life measured by the time the vendor answered at; null when the answer did not say.</summary>
    public AccessToken MeasuredFrom(DateTimeOffset? answeredAt) => answeredAt is { } at ? this with { Life = ExpiresAt - at } : this;

    /// <summary>Whether a text can be sent as a token in a header.</summary>
    public static bool CanBe(string? token) => token is { Length: > 0 and <= Longest } && token.All(static c => c is > ' ' and <= '~');

    public override string ToString() => $"AccessToken until {ExpiresAt:O}";
}
