using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Writes a reply as GigaChat's version 1 does, whole and as the events of a stream.</summary>
internal sealed class GigaChatReplyWriter(string model, long created, string stateId)
{
    public string Whole(FakeReply reply, int promptTokens) => JsonText.Of(json =>
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteObject("message", () =>
        {
            json.WriteString("content", reply.WholeText());
            json.WriteString("role", "assistant");
            if (reply.Reasoning is not null)
                json.WriteString("reasoning_content", reply.Reasoning);
            if (reply.ToolCalls.Count > 0)
                WriteCall(json, reply.ToolCalls[0]);
        });
        json.WriteNumber("index", 0);
        json.WriteString("finish_reason", FinishOf(reply));
        json.WriteEndObject();
        json.WriteEndArray();
        WriteTail(json);
        if (reply.Usage != UsageForm.Omitted)
            WriteUsage(json, reply, promptTokens);
    });

    public IEnumerable<ReadOnlyMemory<byte>> Stream(FakeReply reply, int promptTokens)
    {
        var first = true;
        foreach (var delta in Deltas(reply))
        {
            var isFirst = first;
            first = false;
            yield return Event(Chunk(
                json =>
                {
                    delta(json);
                    if (isFirst)
                        json.WriteString("role", "assistant");
                },
                null,
                json => WriteUsageIf(json, reply.Usage == UsageForm.EveryEvent, reply, promptTokens)));
        }

        yield return Event(Chunk(
            static json => json.WriteString("content", ""),
            FinishOf(reply),
            json => WriteUsageIf(json, reply.Usage != UsageForm.Omitted, reply, promptTokens)));
        yield return "data: [DONE]\n\n"u8.ToArray();
    }

    public static ReadOnlyMemory<byte> Event(string json) => Encoding.UTF8.GetBytes($"data: {json}\n\n");

    private IEnumerable<Action<Utf8JsonWriter>> Deltas(FakeReply reply)
    {
        foreach (var piece in FakeReply.Cut(reply.Reasoning ?? "", reply.WordsPerEvent))
        {
            yield return json =>
            {
                json.WriteString("content", "");
                json.WriteString("reasoning_content", piece);
            };
        }

        foreach (var piece in reply.Deltas())
            yield return json => json.WriteString("content", piece);
        // One call at most, and in one piece.
        if (reply.ToolCalls.Count > 0)
        {
            yield return json =>
            {
                json.WriteString("content", "");
                WriteCall(json, reply.ToolCalls[0]);
            };
        }
    }

    private void WriteCall(Utf8JsonWriter json, FakeToolCall call)
    {
        json.WriteObject("function_call", () =>
        {
            json.WriteString("name", call.Name);
            json.WritePropertyName("arguments");
            json.WriteRawValue(call.Arguments);
        });
        json.WriteString("functions_state_id", call.Id ?? stateId);
    }

    private string Chunk(Action<Utf8JsonWriter> delta, string? finish, Action<Utf8JsonWriter> usage) => JsonText.Of(json =>
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteObject("delta", () => delta(json));
        json.WriteNumber("index", 0);
        // The key is left out, not null, while the answer goes on.
        if (finish is not null)
            json.WriteString("finish_reason", finish);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteTail(json);
        usage(json);
    });

    private void WriteTail(Utf8JsonWriter json)
    {
        json.WriteNumber("created", created);
        json.WriteString("model", model);
        json.WriteString("object", "chat.completion");
    }

    private static void WriteUsageIf(Utf8JsonWriter json, bool wanted, FakeReply reply, int promptTokens)
    {
        if (wanted)
            WriteUsage(json, reply, promptTokens);
    }

    // What was cached is not among the prompt's tokens, and not billed.
    private static void WriteUsage(Utf8JsonWriter json, FakeReply reply, int promptTokens) => json.WriteObject("usage", () =>
    {
        var prompt = Math.Max(0, promptTokens - reply.CachedTokens);
        var completion = reply.CompletionCount();
        if (reply.Usage != UsageForm.WithoutPrompt)
            json.WriteNumber("prompt_tokens", prompt);
        json.WriteNumber("completion_tokens", completion);
        json.WriteNumber("total_tokens", prompt + completion);
        json.WriteNumber("precached_prompt_tokens", reply.CachedTokens);
    });

    private static string FinishOf(FakeReply reply) => reply.FinishReason ?? (reply.ToolCalls.Count > 0 ? "function_call" : "stop");
}
