using System.Text.Json;

namespace Orchestrator.Wall;

internal static class WallJson
{
    /// <summary>The role of the last message of a conversation.</summary>
    public static string? LastRole(CapturedRequest request) =>
        request.Json?.Property("messages") is { ValueKind: JsonValueKind.Array } messages && messages.GetArrayLength() > 0
            ? messages[messages.GetArrayLength() - 1].StringProperty("role")
            : null;
}
