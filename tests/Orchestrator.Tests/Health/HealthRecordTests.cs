namespace Orchestrator.Tests.Health;

/// <summary>The record by itself, where calls would have to meet by chance:
/// exclusions that overlap, trials that are late, times to the stamp.</summary>
public class HealthRecordTests
{
    private const long Second = 1000;
    private readonly HealthRecord _record = new(new HealthOptions(), Registry.States.Clock);

    [Theory]
    [InlineData(10, 60)]
    [InlineData(60, 10)]
    [InlineData(60, 60)]
    public void Of_two_exclusions_the_one_that_ends_later_holds(int first, int second)
    {
        Exclude(ExclusionReason.RetryAfter, first, 0);
        Exclude(ExclusionReason.RetryAfter, second, 0);
        _record.ExclusionAt(0).Should().Be((ExclusionReason.RetryAfter, TimeSpan.FromSeconds(60)));
        _record.StampsLeft(0).Should().Be(60 * Second);
        _record.At(59 * Second).Should().Be(ProviderAvailability.Excluded);
        _record.At(60 * Second).Should().Be(ProviderAvailability.Available);
    }

    [Fact]
    public void An_exclusion_that_grows_is_reported_once_and_one_for_another_reason_again()
    {
        Exclude(ExclusionReason.RetryAfter, 10, 0);
        Exclude(ExclusionReason.RetryAfter, 20, 0);
        Exclude(ExclusionReason.Authentication, 300, 0);
        Reasons().Should().Equal(ExclusionReason.RetryAfter, ExclusionReason.Authentication);
        _record.ExclusionAt(Second).Should().Be((ExclusionReason.Authentication, TimeSpan.FromSeconds(299)));
    }

    [Fact]
    public void An_exclusion_after_one_that_is_over_is_reported_though_no_call_noticed_its_end()
    {
        Exclude(ExclusionReason.RetryAfter, 10, 0);
        _record.ExclusionAt(10 * Second).Should().BeNull();
        _record.StampsLeft(10 * Second).Should().Be(0);
        _record.Show(10 * Second).Availability.Should().Be(ProviderAvailability.Available);
        Exclude(ExclusionReason.RetryAfter, 10, 10 * Second);
        Reasons().Should().Equal(ExclusionReason.RetryAfter, ExclusionReason.RetryAfter);
    }

    [Fact]
    public void An_exclusion_from_before_the_clock_stepped_back_does_not_hide_a_new_one()
    {
        Exclude(ExclusionReason.RetryAfter, 60, 100 * Second);
        Exclude(ExclusionReason.RetryAfter, 10, 0);
        _record.ExclusionAt(0).Should().Be((ExclusionReason.RetryAfter, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void An_exclusion_of_no_length_is_none()
    {
        Exclude(ExclusionReason.RetryAfter, 0, 0);
        (_record.HasChanges, _record.IsClear).Should().Be((false, true));
    }

    [Fact]
    public void Another_instance_is_not_left_out_for_what_the_one_before_did()
    {
        Exclude(ExclusionReason.Authentication, 300, 0);
        _record.Reset();
        _record.ExclusionAt(0).Should().BeNull();
        _record.StampsLeft(0).Should().Be(0);
        _record.Show(0).Availability.Should().Be(ProviderAvailability.Available);
    }

    [Fact]
    public void A_trial_that_was_cancelled_does_not_end_the_one_after_it()
    {
        Eject();
        _record.TryStartTrial(10 * Second, anyway: false, out var forgotten).Should().BeTrue();
        _record.StampsLeft(10 * Second).Should().Be(60 * Second);
        _record.TryStartTrial(69 * Second, anyway: false, out _).Should().BeFalse();
        _record.TryStartTrial(70 * Second, anyway: false, out var second).Should().BeTrue();
        _record.EndTrial(forgotten);
        _record.At(71 * Second).Should().Be(ProviderAvailability.Ejected);
        _record.EndTrial(second);
        _record.At(71 * Second).Should().Be(ProviderAvailability.Trial);
    }

    [Fact]
    public void Nothing_of_the_cool_down_is_left_after_a_success_within_it()
    {
        Eject();
        _record.StampsLeft(Second).Should().Be(4 * Second);
        _record.Succeeded(_record.Ticket, Second);
        (_record.StampsLeft(Second), _record.ErrorRate(Second)).Should().Be((0L, 0d));
    }

    [Theory]
    [InlineData(599, 7.5)]
    [InlineData(600, 60)]
    public void A_trial_that_fails_ten_minutes_after_the_ejection_makes_the_cool_down_a_minute(int at, double expected)
    {
        Eject();
        _record.TryStartTrial(at * Second, anyway: false, out var trial).Should().BeTrue();
        _record.Failed(trial, LlmErrorKind.ServerError, at * Second, jitter: 1).Should().BeTrue();
        _record.StampsLeft(at * Second).Should().Be((long)(expected * Second));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_began_before_an_ejection_and_ends_after_the_recovery_changes_nothing(bool good)
    {
        var old = _record.Ticket;
        Eject();
        _record.TryStartTrial(10 * Second, anyway: false, out var trial).Should().BeTrue();
        _record.Succeeded(trial, 10 * Second);
        _record.Failed(_record.Ticket, LlmErrorKind.ServerError, 11 * Second, jitter: 1);
        if (good)
            _record.Succeeded(old, 11 * Second);
        else
            _record.Failed(old, LlmErrorKind.ServerError, 11 * Second, jitter: 1).Should().BeFalse();
        _record.ErrorRate(11 * Second).Should().Be(0.5);
        _record.Failed(_record.Ticket, LlmErrorKind.ServerError, 11 * Second, jitter: 1).Should().BeFalse();
        _record.Failed(_record.Ticket, LlmErrorKind.ServerError, 11 * Second, jitter: 1).Should().BeTrue("it is the third in a row");
    }

    [Fact]
    public void There_is_no_error_rate_before_the_first_end() => _record.ErrorRate(0).Should().Be(0);

    private void Eject()
    {
        for (var i = 0; i < 3; i++)
            _record.Failed(_record.Ticket, LlmErrorKind.ServerError, 0, jitter: 1).Should().Be(i == 2);
    }

    private void Exclude(ExclusionReason reason, int seconds, long now) =>
        _record.Pause(reason, null, TimeSpan.FromSeconds(seconds), now);

    private IEnumerable<ExclusionReason> Reasons() => _record.TakeChanges()!.Select(change => change.Reason);
}
