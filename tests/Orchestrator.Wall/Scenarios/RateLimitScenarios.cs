namespace Orchestrator.Wall;

/// <summary>S01, S02: the primary has had enough.</summary>
internal static class RateLimitScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfOneCall(
                "S01",
                "429 with Retry-After: 2, once",
                world =>
                {
                    world.Primary.Enqueue(Fault.RateLimited("2"));
                    return true;
                },
                (world, _, checks) =>
                {
                    var times = world.PrimaryTimes;
                    checks.Advisory(times.Count >= 2, $"{times.Count} attempt(s) on the primary, 2 wanted");
                    checks.Advisory(
                        times.Count < 2 || times[1] - times[0] >= TimeSpan.FromSeconds(1.8), "asked again before Retry-After was over");
                    checks.Advisory(times.Count(t => t - times[0] <= TimeSpan.FromSeconds(1.5)) <= 2, "more than 2 attempts in 1.5 s");
                    // Two seconds, a fifth of jitter, and a moment.
                    checks.Ours(times.Count < 2 || (times[1] - times[0]).TotalSeconds is >= 2 and <= 2.5 || world.Clock.IsReal,
                        "asked again before 2 s or after 2.5 s");
                });
            yield return WallScenario.OfOneCall(
                "S02",
                "429 always, without a header",
                world =>
                {
                    world.Primary.Always = Fault.RateLimited();
                    return true;
                },
                (world, answer, checks) =>
                {
                    var times = world.PrimaryTimes;
                    checks.Required(
                        times.Count(t => t - times[0] <= TimeSpan.FromSeconds(3)) <= 4, "more than 4 attempts on the primary in 3 s");
                    checks.Required(times.Count <= 6, $"{times.Count} attempts on the primary, 6 allowed");
                    checks.Required(answer.Took <= TimeSpan.FromSeconds(40), $"took {answer.Took.TotalSeconds:0.0} s, 40 allowed");
                });
        }
    }
}
