namespace Orchestrator.Wall;

/// <summary>S03, S04, S16: the primary answers that it is broken.</summary>
internal static class ServerErrorScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfOneCall(
                "S03",
                "500 once",
                world =>
                {
                    world.Primary.Enqueue(Fault.Status(500));
                    return true;
                },
                (world, _, checks) =>
                    checks.Advisory(world.PrimaryCount >= 2, $"{world.PrimaryCount} attempt(s) on the primary, 2 wanted"));
            yield return WallScenario.OfOneCall("S04", "503 always", AlwaysUnavailable, (world, _, checks) =>
                checks.Required(world.PrimaryCount <= 6, $"{world.PrimaryCount} attempts on the primary, 6 allowed"));
            yield return WallScenario.OfOneCall("S16", "503, then failover: who answered?", AlwaysUnavailable, (world, answer, checks) =>
            {
                checks.Required(
                    answer.ModelId == world.Protocol.AnsweredModel(WallWorld.SecondaryModel)
                        && answer.Route?.Provider.Model == WallWorld.SecondaryModel,
                        $"the answer names '{answer.ModelId}', not the secondary's model");
                checks.Required(answer.SeenTokens > 0 && answer.Route?.Usage.TotalTokens > 0, "usage is missing");
                checks.Required(
                    world.PrimaryCount + world.SecondaryCount <= 6, $"{world.PrimaryCount + world.SecondaryCount} attempts, 6 allowed");
            });
        }
    }

    private static bool AlwaysUnavailable(WallWorld world)
    {
        world.Primary.Always = Fault.Status(503);
        return true;
    }
}
