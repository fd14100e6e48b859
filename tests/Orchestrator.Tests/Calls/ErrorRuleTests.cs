using System.Net.Sockets;

namespace Orchestrator.Tests.Calls;

/// <summary>What follows from an error of each kind, by default and by the options.</summary>
public class ErrorRuleTests
{
    private static readonly LlmErrorKind NoKind = (LlmErrorKind)Enum.GetValues<LlmErrorKind>().Length;

    [Theory]
    [InlineData(LlmErrorKind.Unknown, false, NextProvider.Always, HealthEffect.Failure)]
    [InlineData(LlmErrorKind.Authentication, false, NextProvider.Always, HealthEffect.Excluded)]
    [InlineData(LlmErrorKind.Permission, false, NextProvider.Always, HealthEffect.Excluded)]
    [InlineData(LlmErrorKind.QuotaExceeded, false, NextProvider.Always, HealthEffect.Excluded)]
    [InlineData(LlmErrorKind.ModelNotFound, false, NextProvider.Always, HealthEffect.Excluded)]
    [InlineData(LlmErrorKind.RateLimited, true, NextProvider.Always, HealthEffect.ExcludedForRetryAfter)]
    [InlineData(LlmErrorKind.ServerError, true, NextProvider.Always, HealthEffect.Failure)]
    [InlineData(LlmErrorKind.Unavailable, true, NextProvider.Always, HealthEffect.Failure)]
    [InlineData(LlmErrorKind.Timeout, false, NextProvider.Always, HealthEffect.Failure)]
    [InlineData(LlmErrorKind.MalformedResponse, false, NextProvider.Always, HealthEffect.Failure)]
    [InlineData(LlmErrorKind.StreamInterrupted, false, NextProvider.Always, HealthEffect.Failure)]
    [InlineData(LlmErrorKind.ContextLengthExceeded, false, NextProvider.Always, HealthEffect.None)]
    [InlineData(LlmErrorKind.NotSupported, false, NextProvider.Always, HealthEffect.None)]
    [InlineData(LlmErrorKind.InvalidRequest, false, NextProvider.OneElsewhere, HealthEffect.None)]
    [InlineData(LlmErrorKind.ContentFiltered, false, NextProvider.Never, HealthEffect.None)]
    [InlineData(LlmErrorKind.NoCandidate, false, NextProvider.Always, HealthEffect.None)]
    [InlineData(LlmErrorKind.Overloaded, false, NextProvider.Always, HealthEffect.None)]
    public void Each_kind_has_its_default(LlmErrorKind kind, bool retries, NextProvider next, HealthEffect health)
    {
        var rule = ErrorRule.For(kind);
        (rule.RetriesSameProvider, rule.Next, rule.Health).Should().Be((retries, next, health));
    }

    [Fact]
    public void Every_kind_has_a_rule_and_nothing_else_has()
    {
        Enum.GetValues<LlmErrorKind>().Select(ErrorRule.For).Should().NotContainNulls();
        FluentActions.Invoking(() => ErrorRule.For(NoKind)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ErrorRule.For((LlmErrorKind)(-1))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_rule_made_from_nothing_goes_on_to_the_next_provider_and_counts_against_none()
    {
        var rule = new ErrorRule();
        (rule.RetriesSameProvider, rule.Next, rule.Health).Should().Be((false, NextProvider.Always, HealthEffect.None));
    }

    [Fact]
    public void A_rule_that_is_null_or_for_no_kind_is_refused_when_the_router_is_made()
    {
        foreach (var kind in new[] { NoKind, NoKind + 1, (LlmErrorKind)(-1) })
            Making(kind, new ErrorRule()).Should().Throw<ArgumentException>().WithMessage("*ErrorRules*for no kind there is*");
        Making(LlmErrorKind.Timeout, null).Should().Throw<ArgumentException>().WithMessage("*ErrorRules*Timeout*null*");

        static Action Making(LlmErrorKind kind, ErrorRule? rule) => () =>
        {
            var options = new RouterOptions();
            options.ErrorRules[kind] = rule!;
            _ = new Router(options);
        };
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, true)]
    [InlineData(SocketError.HostNotFound, true)]
    [InlineData(SocketError.HostUnreachable, true)]
    [InlineData(SocketError.NetworkUnreachable, true)]
    [InlineData(SocketError.ConnectionReset, false)]
    public void A_provider_was_never_connected_when_its_socket_says_so_however_deep(SocketError code, bool expected)
    {
        var error = new LlmException(LlmErrorKind.Unavailable, "x", new IOException("y", new SocketException((int)code)));
        ErrorRules.NeverConnected(error, out var certificate).Should().Be(expected);
        certificate.Should().BeFalse();
    }
}
