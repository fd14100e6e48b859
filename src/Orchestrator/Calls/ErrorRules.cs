using System.Net.Sockets;
using System.Security.Authentication;

namespace Orchestrator;

/// <summary>
/// What each kind of error means for the call and for the provider: <see cref="ErrorRule.For"/>, and what the options change.
/// </summary>
internal sealed class ErrorRules
{
    private readonly ErrorRule[] _rules = Array.ConvertAll(Enum.GetValues<LlmErrorKind>(), ErrorRule.For);

    /// <param name="onRefusal">What follows a refusal of the content.</param>
    /// <param name="changed">The rules that differ from <see cref="ErrorRule.For"/>.</param>
    /// <exception cref="ArgumentException">A rule is null, for an unknown kind, or has an unknown effect.</exception>
    public ErrorRules(RefusalAction onRefusal, IEnumerable<KeyValuePair<LlmErrorKind, ErrorRule>> changed)
    {
        if (onRefusal == RefusalAction.NextProvider)
            _rules[(int)LlmErrorKind.ContentFiltered] = _rules[(int)LlmErrorKind.ContentFiltered] with { Next = NextProvider.Always };
        foreach (var (kind, rule) in changed)
        {
            if ((uint)kind >= (uint)_rules.Length || rule is null)
            {
                var what = rule is null ? "null" : "for no kind there is";
                throw new ArgumentException(
                    $"RouterOptions.ErrorRules has a rule for {kind} that is {what}; use ErrorRule.For(kind) with the changes you want.",
                    nameof(changed));
            }

            if (!Enum.IsDefined(rule.Next))
            {
                throw new ArgumentException(
                    $"RouterOptions.ErrorRules gives {kind} the next provider {rule.Next}, which there is not; "
                    + "use a member of NextProvider.",
                    nameof(changed));
            }

            if (!Enum.IsDefined(rule.Health))
            {
                throw new ArgumentException(
                    $"RouterOptions.ErrorRules gives {kind} the health effect {rule.Health}, which there is not; "
                    + "use a member of HealthEffect.",
                    nameof(changed));
            }

            _rules[(int)kind] = rule;
        }
    }

    public ErrorRule this[LlmErrorKind kind] => _rules[(int)kind];

    /// <summary>What a failed attempt means for its provider's health.</summary>
    /// <param name="error">Why it failed.</param>
    /// <param name="isToBlame">Whether the provider may have caused it.</param>
    /// <param name="options">How long it is excluded.</param>
    /// <param name="chance">For the spread of its cool-down.</param>
    public HealthVerdict VerdictOn(LlmException error, bool isToBlame, HealthOptions options, Chance chance)
    {
        var effect = EffectOf(error);
        var isRouter = NestedRoute.Of(error) is not null;
        var isFailure = isToBlame && (effect == HealthEffect.Failure || (isRouter && effect == HealthEffect.Excluded));
        var asksForPause = !isRouter && (effect == HealthEffect.ExcludedForRetryAfter || isFailure);
        TimeSpan? pause = asksForPause && error.RetryAfter is { } asked
            ? asked < options.LongestRetryAfter ? asked : options.LongestRetryAfter
            : null;
        return new HealthVerdict(isFailure, error.Kind, chance.Jitter())
        {
            RefusesAccount = !isRouter && effect == HealthEffect.Excluded,
            Pause = pause,
            IsRateLimited = asksForPause && pause is null && error.Kind == LlmErrorKind.RateLimited && !isFailure,
        };
    }

    /// <summary>The effect of the rule for an error. Of a router that was used as a provider it is that of its mildest attempt: which of
    /// its providers failed last is chance.</summary>
    private HealthEffect EffectOf(LlmException error)
    {
        if (NestedRoute.Of(error) is { } route)
            return route.Attempts.Count == 0 ? HealthEffect.None : route.Attempts.Select(EffectOf).MinBy(Weight);
        // A request that was never sent, a router whose providers were all busy, and a page of a gateway or firewall on the way, which
        // stopped this request: they say nothing about the provider.
        return error.IsRequestFault || error.IsOfRouter
            || error is { Kind: LlmErrorKind.MalformedResponse, StatusCode: >= 400 and < 500 }
            ? HealthEffect.None
            : this[error.Kind].Health;
    }

    private HealthEffect EffectOf(LlmAttempt attempt) => attempt.Error is { } error ? EffectOf(error) : HealthEffect.None;

    private static int Weight(HealthEffect effect) => effect switch
    {
        HealthEffect.None => 0,
        HealthEffect.ExcludedForRetryAfter => 1,
        HealthEffect.Failure => 2,
        _ => 3,
    };

    /// <summary>Whether the failure came before the provider's server said anything: connection refused, or certificate rejected.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="certificate">Whether it is the certificate, which does not mend itself.</param>
    public static bool NeverConnected(LlmException error, out bool certificate)
    {
        certificate = false;
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                    return certificate = true;
                case HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }:
                case SocketException
                {
                    SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound
                        or SocketError.HostUnreachable or SocketError.NetworkUnreachable,
                }:
                    return true;
            }
        }

        return false;
    }
}
