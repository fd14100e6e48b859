using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Finds out whether a client runs tools in a loop of its own, without referencing the package that has the loop.</summary>
internal static class ToolRunner
{
    /// <summary>Whether Microsoft.Extensions.AI's loop is anywhere in the pipeline.</summary>
    /// <remarks>A constant name is understood by the trimmer. Where the application has no such assembly, no client has the loop.</remarks>
    public static bool IsIn(IChatClient client) =>
        Type.GetType("Microsoft.Extensions.AI.FunctionInvokingChatClient, Microsoft.Extensions.AI", throwOnError: false) is { } loop
        && client.GetService(loop) is not null;
}
