using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Orchestrator.Tests.Health;

/// <summary>Whatever happens to a provider in whatever order, its record and a plain model of it agree,
/// and what was promised holds.</summary>
[Properties(Arbitrary = [typeof(HealthStories)], MaxTest = 10_000)]
public class HealthRecordProperties
{
    [Property]
    public void The_record_and_the_model_agree_whatever_happens(HealthStory story) => new Telling().Tell(story);

    [Fact]
    public void The_stories_reach_everything_that_can_happen()
    {
        var telling = new Telling();
        foreach (var story in HealthStories.Stories().Generator.Sample(2000))
            new Telling(telling.Reached).Tell(story);
        telling.Reached.Should().BeEquivalentTo(
            ["ejected", "ejected by the window", "trial", "second trial after a minute", "trial failed", "healed",
                "healed without a trial", "excluded", "exclusion over", "old end ignored", "waiting cut by a jump",
                "refused", "refused on trial", "confirmed", "confirmed before", "lifted", "asked early", "silent", "disabled"]);
    }

    /// <summary>One sequence of commands, given to both.</summary>
    private sealed class Telling(HashSet<string>? reached = null)
    {
        private const int Hour = 3_600_000;
        private static readonly HealthOptions Options = new();
        private readonly HealthRecord _record = new(Options, Registry.States.Clock);
        private readonly HealthModel _model = new(Options);
        private readonly List<AttemptTicket> _running = [];
        private long _now = 1_000_000_000;
        private long _jumped;

        /// <summary>When, by a clock that never jumps, all waiting begun so far is over.</summary>
        private long _due;

        public HashSet<string> Reached { get; } = reached ?? [];

        public void Tell(HealthStory story)
        {
            foreach (var command in story.Commands)
            {
                Do(command);
                Compare(command);
            }
        }

        private void Do(HealthCommand command)
        {
            var jitter = 0.8 + (command.Number % 401 / 1000.0);
            switch (command.Act)
            {
                case HealthAct.Begin or HealthAct.BeginAnyway:
                    Begin(command.Act == HealthAct.BeginAnyway);
                    break;
                case HealthAct.Succeed when _running.Count > 0:
                    Succeed(Take(command.Number));
                    break;
                case HealthAct.Fail when _running.Count > 0:
                    Fail(Take(command.Number), jitter);
                    break;
                case HealthAct.EndNeutrally when _running.Count > 0:
                    var ended = Take(command.Number);
                    _record.EndTrial(ended);
                    _model.End(ended, null, _now, 1);
                    break;
                case HealthAct.Exclude:
                    Reached.Add("excluded");
                    _record.Pause(
                        ExclusionReason.RetryAfter, LlmErrorKind.RateLimited, TimeSpan.FromMilliseconds(command.Number % 60_000), _now);
                    if (command.Number % 60_000 > 0)
                        _model.Exclude(command.Number % 60_000, _now);
                    break;
                case HealthAct.Advance:
                    _now += command.Number % 20_000;
                    break;
                case HealthAct.AdvanceToTheChange:
                    AdvanceToTheChange(command.Number % 3 - 1);
                    break;
                case HealthAct.JumpForward:
                    Jump(Hour);
                    break;
                case HealthAct.JumpBack:
                    Jump(-Hour);
                    break;
                case HealthAct.StepBackALittle:
                    _now -= command.Number % 1000;
                    break;
                case HealthAct.Reset when command.Number % 2 == 0:
                    _record.ResetByHand(_now);
                    _model.Reset();
                    break;
                case HealthAct.Reset:
                    _record.Reset();
                    _model.Reset();
                    break;
                case HealthAct.Refuse when _running.Count > 0:
                    Refuse(Take(command.Number));
                    break;
                case HealthAct.RateLimit when _running.Count > 0:
                    var limited = Take(command.Number);
                    _model.End(limited, null, _now, 1);
                    _model.RateLimit(limited, _now);
                    _record.Ended(limited, new(false, LlmErrorKind.RateLimited, 1) { IsRateLimited = true }, _now);
                    break;
                case HealthAct.Leave when _running.Count > 0:
                    Leave(Take(command.Number), 1 + (command.Number % 7000), jitter);
                    break;
                case HealthAct.Probe:
                    _record.ConfirmByProbe(_now);
                    _model.Probe(_now);
                    break;
                case HealthAct.AskEarly:
                    if (!_record.TryEndEarly(_now))
                        break;
                    _model.EndEarly();
                    _model.IsRefused.Should().BeTrue();
                    Reached.Add("asked early");
                    break;
                case HealthAct.SwitchOff or HealthAct.SwitchOn:
                    var enabled = command.Act == HealthAct.SwitchOn;
                    _record.SetEnabled(enabled, _now).Should().Be(_model.IsDisabled == enabled);
                    _model.IsDisabled = !enabled;
                    break;
            }
        }

        private void Refuse(AttemptTicket ticket)
        {
            var (begun, wasRefused, ran) = (_model.Begun, _model.IsRefused, _model.RefusalRuns(_now));
            _model.End(ticket, null, _now, 1);
            _model.Refuse(ticket, _now);
            _record.Ended(ticket, new(false, LlmErrorKind.Authentication, 1) { RefusesAccount = true }, _now).Should().BeFalse();
            Reached.Add(begun == _model.Begun ? ran ? "confirmed before" : "confirmed" : wasRefused ? "refused on trial" : "refused");
        }

        private void Leave(AttemptTicket ticket, long lasted, double jitter)
        {
            var isFailure = _model.Leave(ticket, lasted, _now);
            _record.Ended(
                ticket, new(false, LlmErrorKind.Timeout, jitter) { Silence = lasted, SilenceLimit = 10_000 }, _now);
            _model.End(ticket, isFailure ? false : null, _now, jitter);
            if (isFailure)
                Reached.Add("silent");
        }

        private void Begin(bool anyway)
        {
            var before = _record.At(_now);
            _ = _model.At(_now, 1);
            var onTrial = _model.Trial is not null;
            var isTrial = _record.TryStartTrial(_now, anyway, out var ticket);
            isTrial.Should().Be(
                before == ProviderAvailability.Trial || (anyway && _model.IsRefused && before == ProviderAvailability.Ejected),
                "a trial is what is due, and nothing else");
            if (before == ProviderAvailability.Excluded && _model.IsDisabled)
                Reached.Add("disabled");
            if (isTrial)
            {
                _model.IsOnTrial(_now).Should().BeFalse("one trial runs at a time");
                Reached.Add(onTrial ? "second trial after a minute" : "trial");
                _model.StartTrial(ticket.Trial, _now);
            }

            // As the state of the provider admits them: no call to an excluded one, and to an ejected one only calls that have no other.
            if (before == ProviderAvailability.Available || isTrial || (anyway && before == ProviderAvailability.Ejected))
                _running.Add(ticket);
        }

        private void Succeed(AttemptTicket ticket)
        {
            var (wasEjected, sinceThen) = (_model.EjectedAt is not null, ticket.Epoch == _model.Era);
            if (_model.IsRefused)
                Reached.Add("lifted");
            _record.Succeeded(ticket, _now);
            _model.End(ticket, true, _now, 1);
            if (wasEjected && sinceThen)
            {
                _record.At(_now).Should().BeOneOf(
                    [ProviderAvailability.Available, ProviderAvailability.Excluded], "a success begun after the ejection always heals");
                Reached.Add(ticket.IsTrial ? "healed" : "healed without a trial");
            }
            else if (wasEjected)
            {
                _record.Show(_now).Health.Should().NotBe(_record.At(_now) == ProviderAvailability.Ejected
                    ? ProviderHealth.Healthy
                    : (ProviderHealth)(-1), "what began before the ejection changes nothing");
                Reached.Add("old end ignored");
            }
        }

        private void Fail(AttemptTicket ticket, double jitter)
        {
            var (cooled, era, failedTrials) = (_model.CoolDown, _model.Era, _model.FailedTrials);
            var ejected = _record.Failed(ticket, LlmErrorKind.ServerError, _now, jitter);
            _model.End(ticket, false, _now, jitter);
            ejected.Should().Be(era != _model.Era || failedTrials != _model.FailedTrials);
            if (!ejected)
            {
                _model.CoolDown.Should().Be(cooled);
                return;
            }

            Reached.Add(ticket.IsTrial && era == _model.Era ? "trial failed" : "ejected");
            CheckCoolDown();
        }

        /// <summary>The length of a cool-down that begins now, by the words of the documentation.</summary>
        private void CheckCoolDown()
        {
            // Another trial may have begun since: then its minute is reported.
            if (_model.IsOnTrial(_now) || _model.IsDisabled)
                return;
            var exclusion = _record.ExclusionAt(_now)?.Left.TotalMilliseconds ?? 0;
            var left = _record.StampsLeft(_now);
            var grown = 5000 * Math.Pow(1.5, _model.FailedTrials);
            var late = _now - _model.EjectedAt >= 600_000;
            if (exclusion == 0)
                ((double)left)
                    .Should().BeInRange(late ? 60_000 : Math.Min(15_000, grown * 0.8) - 1, late ? 60_000 : Math.Min(15_000, grown * 1.2));
            left.Should().BeInRange(_model.CoolDown.Length - 1, Math.Max((long)Math.Ceiling(exclusion), _model.CoolDown.Length + 1));
            if (exclusion == 0)
                _model.Round(left);
        }

        private void AdvanceToTheChange(int offset)
        {
            if (_model.IsDisabled)
                return;
            if (_model.ExclusionEnd is not { } end || end <= _now || _record.At(_now) != ProviderAvailability.Excluded || _model.IsRefused)
            {
                _now += Math.Max(0, _record.StampsLeft(_now) + offset);
                return;
            }

            (_record.At(end - 1) == ProviderAvailability.Excluded).Should().BeTrue("an exclusion holds to its last moment");
            (_record.At(end) == ProviderAvailability.Excluded).Should().BeFalse("an exclusion ends exactly on time");
            Reached.Add("exclusion over");
            _now = end;
        }

        private void Jump(int by)
        {
            var before = _record.StampsLeft(_now);
            _jumped += by;
            _now += by;
            if (_model.IsDisabled)
                return;
            // While a trial of a refused account runs it is always a second.
            var always = _model.IsRefused && _model.IsOnTrial(_now) ? 1000 : 0;
            _record.StampsLeft(_now)
                .Should().BeLessThanOrEqualTo(Math.Max(always, _due - (_now - _jumped)), "no jump of the clock makes a wait longer");
            if (before > 0)
                Reached.Add("waiting cut by a jump");
        }

        private void Compare(HealthCommand command)
        {
            var wasEjected = _model.EjectedAt is not null;
            var expected = _model.At(_now, 1);
            _record.At(_now).Should().Be(expected, $"of {command}");
            if (!wasEjected && _model.EjectedAt is not null)
            {
                Reached.Add("ejected by the window");
                CheckCoolDown();
            }

            (_record.Ticket.Epoch, _record.Ticket.Exclusions).Should().Be((_model.Era, _model.Begun));
            _record.IsClear.Should().Be(
                _record.IsClear && expected == ProviderAvailability.Available, "a plan reads without the lock what is available for sure");
            if (_model.IsDisabled)
            {
                // What is earned meanwhile cannot be seen before it is switched on again.
                _due = Math.Max(_due, _now - _jumped + 300_000);
                return;
            }

            _record.StampsLeft(_now).Should().BeInRange(0, 300_000, "no wait is longer than five minutes here");
            if (command.Act is not (HealthAct.JumpForward or HealthAct.JumpBack))
                _due = Math.Max(_due, _now - _jumped + _record.StampsLeft(_now));
        }

        private AttemptTicket Take(int number)
        {
            var ticket = _running[number % _running.Count];
            _running.RemoveAt(number % _running.Count);
            return ticket;
        }
    }
}
