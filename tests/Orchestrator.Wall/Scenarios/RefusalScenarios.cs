namespace Orchestrator.Wall;

/// <summary>S12, S13: the primary refuses the request itself.</summary>
internal static class RefusalScenarios
{
    public static IEnumerable<WallScenario> All
    {
        get
        {
            yield return WallScenario.OfOneCall(
                "S12",
                "400: the prompt is too long",
                world =>
                {
                    world.Primary.Always = Fault.ContextLength();
                    return true;
                },
                OneAttempt);
            yield return WallScenario.OfOneCall(
                "S13",
                "400: the content is against the policy",
                world =>
                {
                    if (world.Protocol.ContentPolicy is not { } fault)
                        return false;
                    world.Primary.Always = fault;
                    return true;
                },
                (world, answer, checks) =>
                {
                    OneAttempt(world, answer, checks);
                    checks.Required(answer.Error is null || answer.LlmError?.Kind == LlmErrorKind.ContentFiltered,
                        $"the error is {answer.Said}, not ContentFiltered");
                },
                errorIsIdeal: true);
        }
    }

    private static void OneAttempt(WallWorld world, WallAnswer answer, WallChecks checks) =>
        checks.Required(world.PrimaryCount == 1, $"{world.PrimaryCount} attempts on the primary, 1 allowed");
}
