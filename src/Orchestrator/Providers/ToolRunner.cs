using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Finds out whether a client invokes tools itself, without a reference to the package that has the tool loop.</summary>
internal static class ToolRunner
{
    /// <summary>Whether Microsoft.Extensions.AI's loop is anywhere in the pipeline.</summary>
    /// <remarks>The trimmer understands a constant name. An application without that assembly has no client with the loop.</remarks>
    public static bool IsIn(IChatClient client) =>
        Type.GetType("Microsoft.Extensions.AI.FunctionInvokingChatClient, Microsoft.Extensions.AI", throwOnError: false) is { } loop
        && client.GetService(loop) is not null;
}
