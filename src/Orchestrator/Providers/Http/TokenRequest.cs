namespace Orchestrator.Providers;

/// <summary>A request for an access token, with the server's time that the token's life is measured from.</summary>
internal sealed class TokenRequest(HttpMethod method, Uri address) : HttpRequestMessage(method, address)
{
    /// <summary>Whether it is sent without the proxy of the client.</summary>
    public bool IsDirect { get; init; }

    /// <summary>The server's own time when it answered; null when it did not say.</summary>
    public DateTimeOffset? AnsweredAt { get; set; }
}
