namespace Orchestrator.Tests.Support;

/// <summary>
/// How much the tests of many cases try: a part in <c>dotnet test</c>, all where <c>ORCHESTRATOR_THOROUGH</c> is <c>1</c>, as
/// <c>.ci/nightly</c> sets it.
/// </summary>
internal static class Effort
{
    public static bool IsThorough { get; } = Environment.GetEnvironmentVariable("ORCHESTRATOR_THOROUGH") == "1";

    public static int Of(int few, int many) => IsThorough ? many : few;
}

/// <summary>A property that is tried with few random cases, or with many where the tests are to be thorough.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EffortPropertyAttribute : FsCheck.Xunit.PropertyAttribute
{
    public EffortPropertyAttribute(int few, int many)
    {
        (Few, Many) = (few, many);
        MaxTest = Effort.Of(few, many);
    }

    public int Few { get; }

    public int Many { get; }
}
