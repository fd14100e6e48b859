using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Tool calls as deltas.</summary>
internal static class ToolCallShape
{
    public static IEnumerable<Action<Utf8JsonWriter>> Deltas(DialectShape shape, IReadOnlyList<SentCall> calls, int parts)
    {
        if (calls.Count == 0)
            yield break;
        if (shape.Calls == CallForm.Together)
        {
            yield return json =>
            {
                json.WriteStartArray("tool_calls");
                for (var i = 0; i < calls.Count; i++)
                    WriteCall(json, shape.CountsCalls ? i : 0, calls[i], calls[i].Arguments);
                json.WriteEndArray();
            };
            yield break;
        }

        for (var i = 0; i < calls.Count; i++)
        {
            var (index, call) = (shape.CountsCalls ? i : 0, calls[i]);
            if (shape.Calls == CallForm.Whole)
            {
                yield return json => WriteAlone(json, () => WriteCall(json, index, call, call.Arguments));
                continue;
            }

            yield return json => WriteAlone(json, () => WriteCall(json, index, call, ""));
            foreach (var part in Parts(call.Arguments, parts))
                yield return json => WriteAlone(json, () => WritePart(json, shape.Calls, index, call, part));
        }
    }

    public static void WriteFunction(Utf8JsonWriter json, string name, string arguments) => json.WriteObject("function", () =>
    {
        json.WriteString("name", name);
        json.WriteString("arguments", arguments);
    });

    public static void WriteSignature(Utf8JsonWriter json, SentCall call)
    {
        if (call.Signature is { } signature)
            json.WriteObject("extra_content", () => json.WriteObject("google", () => json.WriteString("thought_signature", signature)));
    }

    private static void WriteCall(Utf8JsonWriter json, int index, SentCall call, string arguments)
    {
        json.WriteStartObject();
        json.WriteNumber("index", index);
        json.WriteString("id", call.Id);
        json.WriteString("type", "function");
        WriteFunction(json, call.Name, arguments);
        WriteSignature(json, call);
        json.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter json, CallForm form, int index, SentCall call, string part)
    {
        json.WriteStartObject();
        json.WriteNumber("index", index);
        if (form == CallForm.PiecesWithEmptyIds)
            json.WriteString("id", "");
        if (form == CallForm.PiecesWithIds)
            json.WriteString("id", call.Id);
        if (form is CallForm.PiecesWithEmptyIds or CallForm.PiecesWithIds)
            json.WriteString("type", "function");
        json.WriteObject("function", () =>
        {
            if (form == CallForm.PiecesWithIds)
                json.WriteNull("name");
            json.WriteString("arguments", part);
        });
        json.WriteEndObject();
    }

    private static void WriteAlone(Utf8JsonWriter json, Action write)
    {
        json.WriteStartArray("tool_calls");
        write();
        json.WriteEndArray();
    }

    private static IEnumerable<string> Parts(string text, int count)
    {
        var size = Math.Max(1, (text.Length + Math.Max(1, count) - 1) / Math.Max(1, count));
        for (var at = 0; at < text.Length; at += size)
            yield return text.Substring(at, Math.Min(size, text.Length - at));
    }
}
