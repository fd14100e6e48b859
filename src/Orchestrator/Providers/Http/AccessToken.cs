namespace Orchestrator.Providers;

/// <summary>An access token and its life. Never shown.</summary>
/// <param name="Value">The value after <c>Bearer</c>.</param>
/// <param name="ExpiresAt">When the vendor stops accepting it, by the vendor's clock.</param>
internal readonly record struct AccessToken(string Value, DateTimeOffset ExpiresAt)
{
    /// <summary>The longest header that servers accept: 8 KiB is nginx's default limit (<c>large_client_header_buffers</c>).</summary>
    private const int Longest = 8 * 1024;

    /// <summary>Its life from the answer on, measured by the vendor's clock alone; null when only our clock is known.</summary>
    public TimeSpan? Life { get; init; }

    /// <summary>The token with its life measured from the time of the vendor's answer; unchanged when that time is null.</summary>
    public AccessToken MeasuredFrom(DateTimeOffset? answeredAt) => answeredAt is { } at ? this with { Life = ExpiresAt - at } : this;

    /// <summary>Whether a text can be sent as a token in a header.</summary>
    public static bool CanBe(string? token) => token is { Length: > 0 and <= Longest } && token.All(static c => c is > ' ' and <= '~');

    public override string ToString() => $"AccessToken until {ExpiresAt:O}";
}
