namespace Orchestrator.Testing;

/// <summary>How a fake GigaChat writes an access token: gateways differ.</summary>
public enum GigaChatTokenForm
{
    /// <summary><c>access_token</c> and <c>expires_at</c> in milliseconds, as documented.</summary>
    Milliseconds,

    /// <summary><c>access_token</c> and <c>expires_at</c> in seconds.</summary>
    Seconds,

    /// <summary><c>tok</c> and <c>exp</c> in milliseconds.</summary>
    Brief,

    /// <summary><c>tok</c> and <c>exp</c> in seconds.</summary>
    BriefSeconds,
}
