using FsCheck;
using FsCheck.Fluent;

namespace Orchestrator.Tests.Health;

public enum HealthAct
{
    Begin,
    BeginAnyway,
    Succeed,
    Fail,
    EndNeutrally,
    Exclude,
    Advance,
    AdvanceToTheChange,
    JumpForward,
    JumpBack,
    StepBackALittle,
    Reset,
    Refuse,
    RateLimit,
    Leave,
    Probe,
    AskEarly,
    SwitchOff,
    SwitchOn,
}

/// <summary>One thing that happens to a provider. <paramref name="Number"/> chooses among what is there:
/// an attempt, a length, an offset.</summary>
public sealed record HealthCommand(HealthAct Act, int Number);

public sealed record HealthStory(HealthCommand[] Commands)
{
    public override string ToString() => string.Join(", ", Commands.Select(c => $"new(HealthAct.{c.Act}, {c.Number})"));
}

public static class HealthStories
{
    public static Arbitrary<HealthStory> Stories()
    {
        var act = Gen.Frequency(
            (12, Gen.Constant(HealthAct.Begin)), (5, Gen.Constant(HealthAct.BeginAnyway)), (4, Gen.Constant(HealthAct.Succeed)),
            (12, Gen.Constant(HealthAct.Fail)),
            (3, Gen.Constant(HealthAct.EndNeutrally)), (2, Gen.Constant(HealthAct.Exclude)), (6, Gen.Constant(HealthAct.Advance)),
            (5, Gen.Constant(HealthAct.AdvanceToTheChange)), (1, Gen.Constant(HealthAct.JumpForward)),
            (1, Gen.Constant(HealthAct.JumpBack)),
            (1, Gen.Constant(HealthAct.StepBackALittle)), (1, Gen.Constant(HealthAct.Reset)), (4, Gen.Constant(HealthAct.Refuse)),
            (2, Gen.Constant(HealthAct.RateLimit)), (3, Gen.Constant(HealthAct.Leave)), (1, Gen.Constant(HealthAct.Probe)),
            (2, Gen.Constant(HealthAct.AskEarly)), (1, Gen.Constant(HealthAct.SwitchOff)), (3, Gen.Constant(HealthAct.SwitchOn)));
        var command = from a in act from n in Gen.Choose(0, 1_000_000) select new HealthCommand(a, n);
        return Arb.From(command.ArrayOf().Resize(60).Select(c => new HealthStory(c)), Shorter);
    }

    private static IEnumerable<HealthStory> Shorter(HealthStory story)
    {
        for (var length = story.Commands.Length / 2; length > 0; length /= 2)
        {
            for (var from = 0; from + length <= story.Commands.Length; from += length)
                yield return new HealthStory([.. story.Commands[..from], .. story.Commands[(from + length)..]]);
        }
    }
}
