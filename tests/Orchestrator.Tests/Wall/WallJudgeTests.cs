using Orchestrator.Wall;

namespace Orchestrator.Tests.Wall;

/// <summary>The judge itself: a wall that cannot say "fail" proves nothing.</summary>
public sealed class WallJudgeTests
{
    private static readonly LlmException Clear = new(
        LlmErrorKind.StreamInterrupted, "The connection broke before the answer was complete.");

    [Fact]
    public void A_cut_answer_without_an_error_fails_whatever_the_checks_say()
    {
        var cut = new WallAnswer { Text = WallText.Primary[..100] };
        WallScenario.Judge(cut, new WallChecks(), errorIsIdeal: false).Should().Be(WallVerdict.Fail);
    }

    [Fact]
    public void A_mixture_of_two_answers_fails()
    {
        var mixed = new WallAnswer { Text = WallText.Primary[..100] + WallText.Secondary };
        WallScenario.Judge(mixed, new WallChecks(), errorIsIdeal: false).Should().Be(WallVerdict.Fail);
    }

    [Fact]
    public void A_complete_answer_passes_and_is_partial_with_an_advisory_check_broken()
    {
        var (answer, checks) = (new WallAnswer { Text = WallText.Secondary }, new WallChecks());
        WallScenario.Judge(answer, checks, errorIsIdeal: false).Should().Be(WallVerdict.Pass);
        checks.Advisory(false, "slow");
        WallScenario.Judge(answer, checks, errorIsIdeal: false).Should().Be(WallVerdict.Partial);
        checks.Required(false, "asked too often");
        WallScenario.Judge(answer, checks, errorIsIdeal: false).Should().Be(WallVerdict.Fail);
    }

    [Fact]
    public void A_clear_error_is_safe_an_unclear_one_or_a_hang_fails()
    {
        WallScenario.Judge(new WallAnswer { Error = Clear }, new WallChecks(), errorIsIdeal: false).Should().Be(WallVerdict.Safe);
        WallScenario.Judge(new WallAnswer { Error = Clear }, new WallChecks(), errorIsIdeal: true).Should().Be(WallVerdict.Pass);
        WallScenario.Judge(
            new WallAnswer { Error = Clear, Hung = true }, new WallChecks(), errorIsIdeal: false).Should().Be(WallVerdict.Fail);
        WallScenario.Judge(new WallAnswer { Error = new InvalidOperationException("what?") }, new WallChecks(), errorIsIdeal: false)
            .Should().Be(WallVerdict.Fail);
    }

    [Fact]
    public void An_outage_that_is_asked_too_often_or_not_left_again_fails()
    {
        var often = new WallChecks();
        OutageScenario.Judge([.. Enumerable.Range(0, 16).Select(i => TimeSpan.FromSeconds(i)), TimeSpan.FromSeconds(61)], often, out _);
        often.Broken.Should().ContainSingle();
        var gone = new WallChecks();
        OutageScenario.Judge([TimeSpan.Zero], gone, out _);
        gone.Broken.Should().ContainSingle();
    }
}
