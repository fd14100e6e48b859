using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Writes a reply as <c>/api/chat</c> and <c>/api/generate</c> answer, whole and line by line.</summary>
internal sealed class OllamaReplyWriter(string model, TimeProvider time, bool isChat)
{
    public string Whole(FakeReply reply, int promptTokens, bool think) => JsonText.Of(json =>
    {
        WriteHead(json);
        Say(json, reply.WholeText(), think ? reply.Reasoning : null, reply.ToolCalls);
        WriteEnd(json, reply, promptTokens);
    });

    public IEnumerable<ReadOnlyMemory<byte>> Stream(FakeReply reply, int promptTokens, bool think)
    {
        if (think)
        {
            foreach (var piece in FakeReply.Cut(reply.Reasoning ?? "", reply.WordsPerEvent))
                yield return Part("", piece, []);
        }

        foreach (var piece in reply.Deltas())
            yield return Part(piece, null, []);
        for (var i = 0; isChat && i < reply.ToolCalls.Count; i++)
            yield return Part("", null, [reply.ToolCalls[i]], i);
        yield return Line(JsonText.Of(json =>
        {
            WriteHead(json);
            Say(json, "", null, []);
            WriteEnd(json, reply, promptTokens);
        }));
    }

    /// <summary>A model was loaded or unloaded: the answer to a request without messages.</summary>
    public string Loaded(string reason) => JsonText.Of(json =>
    {
        WriteHead(json);
        Say(json, "", null, []);
        json.WriteBoolean("done", true);
        json.WriteString("done_reason", reason);
    });

    public static ReadOnlyMemory<byte> Line(string json) => Encoding.UTF8.GetBytes(json + "\n");

    /// <summary>Nine digits of a second, as Go writes time.</summary>
    public static string Stamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    private ReadOnlyMemory<byte> Part(string text, string? thinking, IReadOnlyList<FakeToolCall> calls, int index = 0) =>
        Line(JsonText.Of(json =>
        {
            WriteHead(json);
            Say(json, text, thinking, calls, index);
            json.WriteBoolean("done", false);
        }));

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteString("model", model);
        json.WriteString("created_at", Stamp(time.GetUtcNow()));
    }

    private void Say(Utf8JsonWriter json, string text, string? thinking, IReadOnlyList<FakeToolCall> calls, int index = 0)
    {
        if (!isChat)
        {
            json.WriteString("response", text);
            if (thinking is not null)
                json.WriteString("thinking", thinking);
            return;
        }

        json.WriteObject("message", () =>
        {
            json.WriteString("role", "assistant");
            json.WriteString("content", text);
            if (thinking is not null)
                json.WriteString("thinking", thinking);
            if (calls.Count > 0)
                WriteCalls(json, calls, index);
        });
    }

    private static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<FakeToolCall> calls, int index)
    {
        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id", call.Id ?? string.Create(CultureInfo.InvariantCulture, $"call_fake{index + 1:D4}"));
            var position = index++;
            json.WriteObject("function", () =>
            {
                json.WriteNumber("index", position);
                json.WriteString("name", call.Name);
                json.WritePropertyName("arguments");
                json.WriteRawValue(call.Arguments);
            });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEnd(Utf8JsonWriter json, FakeReply reply, int promptTokens)
    {
        json.WriteBoolean("done", true);
        json.WriteString("done_reason", reply.FinishReason ?? "stop");
        json.WriteNumber("total_duration", 4883583458);
        json.WriteNumber("load_duration", 1334875);
        // Go leaves zeros out; the prompt's count was missing too when the prompt was cached.
        if (reply.Usage is not (UsageForm.Omitted or UsageForm.WithoutPrompt) && promptTokens > 0)
            json.WriteNumber("prompt_eval_count", promptTokens);
        if (reply.CachedTokens > 0)
            json.WriteNumber("prompt_eval_cached_count", reply.CachedTokens);
        json.WriteNumber("prompt_eval_duration", 342546000);
        var count = reply.CompletionCount();
        if (reply.Usage != UsageForm.Omitted && count > 0)
            json.WriteNumber("eval_count", count);
        json.WriteNumber("eval_duration", 4535599000);
    }
}
