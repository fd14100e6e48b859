using Orchestrator.Testing;

namespace Orchestrator.Tests.Testing.Dialects;

internal sealed class EveryDialect : TheoryData<OpenAiDialect>
{
    public EveryDialect()
    {
        foreach (var dialect in Enum.GetValues<OpenAiDialect>())
            Add(dialect);
    }
}
