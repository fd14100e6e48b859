using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Writes a reply as chat completions, whole and as the chunks of a stream.</summary>
internal sealed class OpenAiCompatibleReplyWriter(string id, string model, long created, string? fingerprint)
{
    public string Whole(FakeReply reply, int promptTokens) => JsonText.Of(json =>
    {
        WriteHead(json, "chat.completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteObject("message", () => WriteMessage(json, reply));
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", FinishOf(reply));
        json.WriteEndObject();
        json.WriteEndArray();
        if (reply.Usage != UsageForm.Omitted)
            WriteUsage(json, reply, promptTokens, reply.CompletionCount());
        WriteFingerprint(json);
    });

    public IEnumerable<ReadOnlyMemory<byte>> Stream(FakeReply reply, int promptTokens, bool usageAsked)
    {
        var form = reply.Usage;
        var ofItsOwn = form == UsageForm.Unasked || (usageAsked && form is UsageForm.AsAsked or UsageForm.WithoutPrompt);
        var nulls = usageAsked && form == UsageForm.AsAsked;
        var said = 0;
        foreach (var delta in Deltas(reply))
        {
            said++;
            yield return Event(Chunk(json => delta(json), null, json =>
                WriteUsageOn(json, nulls, form == UsageForm.EveryEvent, reply, promptTokens, said)));
        }

        yield return Event(Chunk(static _ => { }, FinishOf(reply), json =>
            WriteUsageOn(json, nulls, form is UsageForm.EveryEvent or UsageForm.OnFinish, reply, promptTokens, reply.CompletionCount())));
        if (ofItsOwn)
        {
            yield return Event(JsonText.Of(json =>
            {
                WriteHead(json, "chat.completion.chunk");
                WriteFingerprint(json);
                json.WriteStartArray("choices");
                json.WriteEndArray();
                WriteUsage(json, reply, promptTokens, reply.CompletionCount());
            }));
        }

        yield return "data: [DONE]\n\n"u8.ToArray();
    }

    public static ReadOnlyMemory<byte> Event(string json) => Encoding.UTF8.GetBytes($"data: {json}\n\n");

    /// <summary>A chunk that carries an error, as some servers send it: choices and all.</summary>
    public string ErrorChunk(OpenAiCompatibleError error, OpenAiDialect dialect) => JsonText.Of(json =>
    {
        WriteHead(json, "chat.completion.chunk");
        error.WriteInside(json, dialect);
        WriteChoice(json, static _ => { }, "error");
    });

    private static IEnumerable<Action<Utf8JsonWriter>> Deltas(FakeReply reply)
    {
        yield return json =>
        {
            json.WriteString("role", "assistant");
            if (reply.ToolCalls.Count > 0 && reply.WholeText().Length == 0)
                json.WriteNull("content");
            else
                json.WriteString("content", "");
            json.WriteNull("refusal");
        };
        foreach (var piece in FakeReply.Cut(reply.Reasoning ?? "", reply.WordsPerEvent))
            yield return json => json.WriteString("reasoning_content", piece);
        foreach (var piece in reply.Deltas())
            yield return json => json.WriteString("content", piece);
        foreach (var piece in FakeReply.Cut(reply.Refusal ?? "", reply.WordsPerEvent))
            yield return json => json.WriteString("refusal", piece);
        for (var i = 0; i < reply.ToolCalls.Count; i++)
        {
            var (index, call) = (i, reply.ToolCalls[i]);
            yield return json => WriteCallPart(json, index, () =>
            {
                json.WriteString("id", call.Id ?? IdOf(index));
                json.WriteString("type", "function");
                WriteFunction(json, call.Name, "");
            });
            foreach (var part in Parts(call.Arguments, reply.ToolCallParts))
                yield return json => WriteCallPart(
                    json, index, () => json.WriteObject("function", () => json.WriteString("arguments", part)));
        }
    }

    private static IEnumerable<string> Parts(string text, int count)
    {
        var size = Math.Max(1, (text.Length + Math.Max(1, count) - 1) / Math.Max(1, count));
        for (var at = 0; at < text.Length; at += size)
            yield return text.Substring(at, Math.Min(size, text.Length - at));
    }

    private static void WriteCallPart(Utf8JsonWriter json, int index, Action write)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        write();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteFunction(Utf8JsonWriter json, string name, string arguments) => json.WriteObject("function", () =>
    {
        json.WriteString("name", name);
        json.WriteString("arguments", arguments);
    });

    private static void WriteMessage(Utf8JsonWriter json, FakeReply reply)
    {
        json.WriteString("role", "assistant");
        var text = reply.WholeText();
        json.WriteStringOrNull("content", text.Length == 0 && (reply.ToolCalls.Count > 0 || reply.Refusal is not null) ? null : text);
        if (reply.Reasoning is not null)
            json.WriteString("reasoning_content", reply.Reasoning);
        if (reply.ToolCalls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            for (var i = 0; i < reply.ToolCalls.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("id", reply.ToolCalls[i].Id ?? IdOf(i));
                json.WriteString("type", "function");
                WriteFunction(json, reply.ToolCalls[i].Name, reply.ToolCalls[i].Arguments);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStringOrNull("refusal", reply.Refusal);
        json.WriteStartArray("annotations");
        json.WriteEndArray();
    }

    private string Chunk(Action<Utf8JsonWriter> delta, string? finish, Action<Utf8JsonWriter> usage) => JsonText.Of(json =>
    {
        WriteHead(json, "chat.completion.chunk");
        WriteFingerprint(json);
        WriteChoice(json, delta, finish);
        usage(json);
    });

    private static void WriteChoice(Utf8JsonWriter json, Action<Utf8JsonWriter> delta, string? finish)
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteObject("delta", () => delta(json));
        json.WriteNull("logprobs");
        json.WriteStringOrNull("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteHead(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", id);
        json.WriteString("object", kind);
        json.WriteNumber("created", created);
        json.WriteString("model", model);
    }

    private void WriteFingerprint(Utf8JsonWriter json)
    {
        if (fingerprint is null)
            return;
        json.WriteString("service_tier", "default");
        json.WriteString("system_fingerprint", fingerprint);
    }

    private static void WriteUsageOn(Utf8JsonWriter json, bool nulls, bool real, FakeReply reply, int promptTokens, int completionTokens)
    {
        if (real)
            WriteUsage(json, reply, promptTokens, completionTokens);
        else if (nulls)
            json.WriteNull("usage");
    }

    private static void WriteUsage(Utf8JsonWriter json, FakeReply reply, int promptTokens, int completionTokens) =>
        json.WriteObject("usage", () =>
        {
            if (reply.Usage != UsageForm.WithoutPrompt)
                json.WriteNumber("prompt_tokens", promptTokens);
            json.WriteNumber("completion_tokens", completionTokens);
            json.WriteNumber("total_tokens", promptTokens + completionTokens);
            json.WriteObject("prompt_tokens_details", () =>
            {
                json.WriteNumber("cached_tokens", reply.CachedTokens);
                json.WriteNumber("audio_tokens", 0);
            });
            json.WriteObject("completion_tokens_details", () =>
            {
                json.WriteNumber("reasoning_tokens", reply.ReasoningTokens);
                json.WriteNumber("audio_tokens", 0);
                json.WriteNumber("accepted_prediction_tokens", 0);
                json.WriteNumber("rejected_prediction_tokens", 0);
            });
        });

    private static string FinishOf(FakeReply reply) => reply.FinishReason ?? (reply.ToolCalls.Count > 0 ? "tool_calls" : "stop");

    private static string IdOf(int index) => string.Create(CultureInfo.InvariantCulture, $"call_fake{index + 1:D20}");
}
