using System.Text;

namespace Orchestrator.Testing;

/// <summary>Rewrites server-sent events in other forms.</summary>
internal static class SseForms
{
    public static IEnumerable<ReadOnlyMemory<byte>> Apply(IEnumerable<ReadOnlyMemory<byte>> events, SseForm form)
    {
        var first = true;
        string? held = null;
        foreach (var e in events)
        {
            // One behind, to know the last.
            if (held is not null)
                yield return Encoding.UTF8.GetBytes(held);
            held = (first && form.HasFlag(SseForm.ByteOrderMark) ? "\uFEFF" : "") + Rewritten(Encoding.UTF8.GetString(e.Span), form);
            first = false;
        }

        if (held is not null)
            yield return Encoding.UTF8.GetBytes(form.HasFlag(SseForm.NoLastLineEnd) ? held.TrimEnd('\r', '\n') : held);
    }

    private static string Rewritten(string text, SseForm form)
    {
        if (form.HasFlag(SseForm.NoSpace))
            text = text.Replace("data: ", "data:", StringComparison.Ordinal);
        if (form.HasFlag(SseForm.NoBlankLines))
            text = text.Replace("\n\n", "\n", StringComparison.Ordinal);
        if (form.HasFlag(SseForm.OtherFields))
            text = $"event: message\nid: 7\nretry: 3000\n{text}";
        if (form.HasFlag(SseForm.Comments))
            text = $": keep-alive\n\n{text}";
        if (form.HasFlag(SseForm.Crlf))
            text = text.Replace("\n", "\r\n", StringComparison.Ordinal);
        return form.HasFlag(SseForm.Cr) ? text.Replace('\n', '\r') : text;
    }
}
