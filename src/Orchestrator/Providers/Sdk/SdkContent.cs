using System.Runtime.CompilerServices;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>The text of an HTTP content that is in memory already. Content that would have to be read from the network is not
/// touched.</summary>
internal static class SdkContent
{
    public static string? Text(HttpContent? content) => content is null ? null : SdkMembers.Quietly(() =>
    {
        if (!IsInMemory(content))
            return null;
        var stream = content.ReadAsStream();
        if (!stream.CanSeek)
            return null;
        // The content may be read again.
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

    // True after a send that waits for the whole answer. No public member shows it without reading. On a runtime without this member the
    // call throws, and the content counts as missing.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_IsBuffered")]
    private static extern bool IsBuffered(HttpContent content);
}
