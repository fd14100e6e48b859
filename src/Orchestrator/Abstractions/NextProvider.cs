namespace Orchestrator;

/// <summary>Whether a call goes on to another provider after an error of some kind.</summary>
public enum NextProvider
{
    /// <summary>It does not: the caller gets the error.</summary>
    Never,

    /// <summary>One more provider is asked, once a call: the first of the plan whose <see cref="ProviderInfo.Vendor"/> or
    /// <see cref="ProviderInfo.Endpoint"/> (host and port) differs. If that one fails too, in whatever way, the caller gets the first
    /// error.</summary>
    OneElsewhere,

    /// <summary>The next provider of the plan is asked.</summary>
    Always,
}
