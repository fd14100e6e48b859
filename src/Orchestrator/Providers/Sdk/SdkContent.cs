using System.Runtime.CompilerServices;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>The text of an HTTP content that is in memory already. What would have to come from the network is neither waited for nor taken
/// away.</summary>
internal static class SdkContent
{
    public static string? Text(HttpContent? content) => content is null ? null : SdkMembers.Quietly(() =>
    {
        if (!IsInMemory(content))
            return null;
        var stream = content.ReadAsStream();
        if (!stream.CanSeek)
            return null;
        // Others may read it after us.
        var before = stream.Position;
        stream.Position = 0;
        var bytes = new byte[(int)Math.Min(stream.Length, HttpCaps.ErrorBody)];
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        stream.Position = before;
        return Encoding.UTF8.GetString(bytes, 0, count);
    }) as string;

    private static bool IsInMemory(HttpContent content) =>
        content.GetType() == typeof(StringContent) || content.GetType() == typeof(ByteArrayContent)
            || content.GetType() == typeof(ReadOnlyMemoryContent)
            || SdkMembers.Quietly(() => IsBuffered(content)) is true;

    // As it is after a send that waits for the whole answer. No public member says so without beginning to read; a runtime without this one
    // makes the call throw, and the content counts as not there.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_IsBuffered")]
    private static extern bool IsBuffered(HttpContent content);
}
