using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Values of enumerations that are not among theirs: unknown where a provider gives them, refused where an option does.</summary>
public class UndefinedValueTests
{
    private readonly AttemptLog _log = new();

    [Theory]
    [BothModes]
    public async Task An_error_of_a_kind_there_is_not_is_unknown_and_the_next_provider_is_asked(bool streamed)
    {
        await using var router =
            InOrder(new() { Observers = { _log } }, FakeProvider.Failing("a", (LlmErrorKind)42), FakeProvider.Answering("b", "ok"));
        (await router.AskAsync(streamed)).Should().Be("ok");
        _log.Attempts.Select(a => a.Error?.Kind).Should().Equal(LlmErrorKind.Unknown, null);
        router.GetMetrics().Values.Should().OnlyContain(m => m.InFlight == 0);
    }

    [Theory]
    [InlineData(42)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Every_exception_of_ours_knows_only_kinds_there_are(int kind)
    {
        new LlmException((LlmErrorKind)kind, "x").Kind.Should().Be(LlmErrorKind.Unknown);
        new AllProvidersFailedException((LlmErrorKind)kind, "x", []).Kind.Should().Be(LlmErrorKind.Unknown);
    }

    [Fact]
    public void Values_there_are_not_are_refused_when_a_router_is_made()
    {
        var refused = new RouterOptions[]
        {
            new() { Strategy = (RoutingStrategy)42 },
            new() { RefusalAction = (RefusalAction)42 },
            new() { MidStream = (MidStreamMode)42 },
            new() { ErrorRules = { [(LlmErrorKind)42] = new ErrorRule() } },
            new() { ErrorRules = { [LlmErrorKind.Timeout] = new ErrorRule { Health = (HealthEffect)42 } } },
        };
        foreach (var options in refused)
            FluentActions.Invoking(() => new Router(options)).Should().Throw<ArgumentException>();
    }
}
