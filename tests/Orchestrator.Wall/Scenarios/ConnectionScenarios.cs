namespace Orchestrator.Wall;

/// <summary>S05, S06, S07: the primary's answer does not begin.</summary>
internal static class ConnectionScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfOneCall(
                "S05",
                "reset before any header, once",
                world =>
                {
                    world.Primary.Enqueue(Fault.ResetUnanswered());
                    return true;
                },
                (_, answer, checks) =>
                    checks.Required(answer.Took <= TimeSpan.FromSeconds(20), $"took {answer.Took.TotalSeconds:0.0} s, 20 allowed"));
            yield return WallScenario.OfOneCall(
                "S06",
                "accepts, then silent for 120 s",
                world =>
                {
                    world.Primary.Always = Fault.Custom(connection => connection.DelayAsync(TimeSpan.FromSeconds(120)));
                    return true;
                },
                (world, answer, checks) =>
                {
                    checks.Required(answer.Took <= TimeSpan.FromSeconds(100), $"took {answer.Took.TotalSeconds:0.0} s, 100 allowed");
                    checks.Advisory(world.PrimaryCount == 1, $"{world.PrimaryCount} attempts on the primary, 1 wanted");
                });
            yield return WallScenario.OfOneCall(
                "S07",
                "headers at once, the first token after 20 s",
                world =>
                {
                    world.Primary.Always = Fault.Pause(0, TimeSpan.FromSeconds(20));
                    return true;
                },
                (_, answer, checks) =>
                    checks.Advisory(answer.Took <= TimeSpan.FromSeconds(15), $"took {answer.Took.TotalSeconds:0.0} s, 15 wanted"));
        }
    }
}
