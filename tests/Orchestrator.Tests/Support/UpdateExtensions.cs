using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

internal static class UpdateExtensions
{
    /// <summary>A stream of one update that then fails.</summary>
    public static async IAsyncEnumerable<ChatResponseUpdate> Then(this ChatResponseUpdate update, Exception error)
    {
        yield return update;
        await Task.Yield();
        throw error;
    }
}
