using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Calls;

/// <summary>What one call of a <see cref="FakeProvider"/> of many turns does.</summary>
internal static class Turns
{
    public static Func<IAsyncEnumerable<ChatResponseUpdate>> Answers(string text) => () => Some.Answer(text);

    public static Func<IAsyncEnumerable<ChatResponseUpdate>> Fails(LlmErrorKind kind) => () => Some.Failure(Script.Error(kind));

    /// <summary>Holds its permit until the gate opens, and then answers, or fails.</summary>
    public static Func<IAsyncEnumerable<ChatResponseUpdate>> Holds(Task gate, LlmErrorKind? fails = null) => () => HoldAsync(gate, fails);

    private static async IAsyncEnumerable<ChatResponseUpdate> HoldAsync(
        Task gate, LlmErrorKind? fails, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (fails is { } kind)
            throw Script.Error(kind);
        yield return Some.Word("held");
        yield return Some.Finish();
    }
}
