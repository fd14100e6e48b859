using System.Reflection;
using Xunit.Sdk;

namespace Orchestrator.Tests;

/// <summary>
/// Runs a theory once buffered and once streamed: appends <c>false</c> and then <c>true</c> to the row, for the last parameter,
/// <c>bool streamed</c>. Several of them are several rows, and <c>[InlineData]</c> may stand beside it for a row of one mode only.
/// </summary>
/// <param name="row">The values of the parameters before the last.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class BothModesAttribute(params object?[]? row) : DataAttribute
{
    public override IEnumerable<object?[]> GetData(MethodInfo testMethod)
    {
        // A single null is a row of one value and not no row.
        var values = row ?? [null];
        return [[.. values, false], [.. values, true]];
    }
}
