using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>A reply as a message and as deltas: where its reasoning stands and how its calls are cut is the dialect's.</summary>
internal sealed class OpenAiCompatibleMessageShape(DialectShape shape, FakeReply reply, IReadOnlyList<SentCall> calls)
{
    private readonly StringBuilder _soFar = new();

    private string Thoughts =>
        shape.Reasoning == ReasoningForm.Tags && reply.Reasoning is { } thoughts ? $"<think>\n{thoughts}\n</think>\n\n" : "";

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("role", "assistant");
        WriteContent(json);
        WriteReasoning(json, reply.Reasoning);
        if (calls.Count > 0)
        {
            json.WriteStartArray("tool_calls");
            for (var i = 0; i < calls.Count; i++)
            {
                json.WriteStartObject();
                if (shape.Calls == CallForm.Together)
                    json.WriteNumber("index", i);
                json.WriteString("id", calls[i].Id);
                json.WriteString("type", "function");
                ToolCallShape.WriteFunction(json, calls[i].Name, calls[i].Arguments);
                ToolCallShape.WriteSignature(json, calls[i]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (shape.HasOpenAiFields || reply.Refusal is not null)
            json.WriteStringOrNull("refusal", reply.Refusal);
        if (!shape.HasOpenAiFields)
            return;
        json.WriteStartArray("annotations");
        json.WriteEndArray();
    }

    public IEnumerable<MessageDelta> Deltas()
    {
        _soFar.Clear();
        if (shape.RoleFirst)
        {
            yield return new(json =>
            {
                json.WriteString("role", "assistant");
                if (calls.Count > 0 && reply.WholeText().Length == 0)
                    json.WriteNull("content");
                else
                    json.WriteString("content", "");
                if (shape.HasOpenAiFields)
                    json.WriteNull("refusal");
            });
        }

        if (Thoughts.Length > 0)
            yield return Text(Thoughts);
        else if (shape.Reasoning is not (ReasoningForm.Hidden or ReasoningForm.Tags))
        {
            foreach (var piece in FakeReply.Cut(reply.Reasoning ?? "", reply.WordsPerEvent))
                yield return Delta(json => WriteThought(json, piece));
        }

        foreach (var piece in reply.Deltas())
            yield return Text(piece);
        foreach (var piece in FakeReply.Cut(reply.Refusal ?? "", reply.WordsPerEvent))
            yield return Delta(json => json.WriteString("refusal", piece));
        foreach (var write in ToolCallShape.Deltas(shape, calls, reply.ToolCallParts))
            yield return Delta(write);
    }

    /// <summary>The delta of the chunk with the finish reason: nothing, or the role beside an empty text.</summary>
    public MessageDelta End() => shape.RoleAlways ? Text("") : new(static _ => { });

    private MessageDelta Text(string piece)
    {
        _soFar.Append(piece);
        return Delta(json => json.WriteString("content", piece)) with { SoFar = _soFar.ToString() };
    }

    private MessageDelta Delta(Action<Utf8JsonWriter> write) => shape.RoleAlways
        ? new(json =>
        {
            json.WriteString("role", "assistant");
            write(json);
        })
        : new(write);

    private void WriteContent(Utf8JsonWriter json)
    {
        var text = Thoughts + reply.WholeText();
        if (shape.Reasoning == ReasoningForm.Parts && reply.Reasoning is { } thoughts)
        {
            json.WriteStartArray("content");
            WriteThinking(json, thoughts);
            if (text.Length > 0)
            {
                json.WriteStartObject();
                json.WriteString("type", "text");
                json.WriteString("text", text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            return;
        }

        json.WriteStringOrNull("content", text.Length == 0 && (calls.Count > 0 || reply.Refusal is not null) ? null : text);
    }

    private void WriteReasoning(Utf8JsonWriter json, string? text)
    {
        if (text is null)
            return;
        switch (shape.Reasoning)
        {
            case ReasoningForm.Field:
                json.WriteString(shape.ReasoningField, text);
                break;
            case ReasoningForm.Details:
                json.WriteString(shape.ReasoningField, text);
                WriteDetails(json, text);
                break;
        }
    }

    private void WriteThought(Utf8JsonWriter json, string piece)
    {
        if (shape.Reasoning == ReasoningForm.Parts)
        {
            json.WriteStartArray("content");
            WriteThinking(json, piece);
            json.WriteEndArray();
            return;
        }

        WriteReasoning(json, piece);
    }

    private static void WriteDetails(Utf8JsonWriter json, string text)
    {
        json.WriteStartArray("reasoning_details");
        json.WriteStartObject();
        json.WriteString("type", "reasoning.text");
        json.WriteString("text", text);
        json.WriteString("format", "unknown");
        json.WriteNumber("index", 0);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteThinking(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "thinking");
        json.WriteStartArray("thinking");
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
