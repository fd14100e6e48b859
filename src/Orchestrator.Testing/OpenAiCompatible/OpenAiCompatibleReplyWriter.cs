using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Writes a reply as chat completions in the shape of a dialect, whole and as the chunks of a stream.</summary>
internal sealed class OpenAiCompatibleReplyWriter(
    Dialect dialect, OpenAiCompatibleHead head, FakeReply reply, IReadOnlyList<SentCall> calls)
{
    private readonly DialectShape _shape = dialect.Shape;
    private readonly OpenAiCompatibleMessageShape _message = new(dialect.Shape, reply, calls);

    private string Finish => reply.FinishReason ?? (calls.Count > 0 ? _shape.StopOfCalls : _shape.Stop);

    public string Whole(int promptTokens) => JsonText.Of(json =>
    {
        head.Write(json, "chat.completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteObject("message", () => _message.Write(json));
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", Finish);
        _shape.ChoiceExtras?.Invoke(json, Finish);
        json.WriteEndObject();
        json.WriteEndArray();
        var usage = Figures(promptTokens, reply.CompletionCount());
        if (reply.Usage != UsageForm.Omitted)
            WriteUsage(json, usage);
        WriteExtras(json);
        _shape.LastExtras?.Invoke(json, usage);
    });

    public IEnumerable<ReadOnlyMemory<byte>> Stream(int promptTokens, bool usageAsked)
    {
        var place = reply.Usage switch
        {
            UsageForm.Omitted => UsagePlace.Nowhere,
            UsageForm.Unasked => UsagePlace.Last,
            UsageForm.OnFinish => UsagePlace.OnFinish,
            UsageForm.EveryEvent => UsagePlace.Always,
            _ => _shape.Usage,
        };
        var nulls = usageAsked && place == UsagePlace.AsAsked && reply.Usage == UsageForm.AsAsked;
        var all = Figures(promptTokens, reply.CompletionCount());
        var before = _shape.Comment;
        if (_shape.FirstChunk is { } first)
        {
            yield return Event(JsonText.Of(json =>
            {
                OpenAiCompatibleHead.WriteEmpty(json);
                json.WriteStartArray("choices");
                json.WriteEndArray();
                WriteExtras(json);
                first(json);
            }), ref before);
        }

        var deltas = _message.Deltas().ToList();
        var finishesWithLast = _shape.FinishesWithCalls && calls.Count > 0;
        for (var i = 0; i < deltas.Count; i++)
        {
            var isLast = finishesWithLast && i == deltas.Count - 1;
            yield return Event(
                isLast ? Chunk(deltas[i], Finish, place, nulls, all) : Chunk(deltas[i], null, place, nulls, Figures(promptTokens, i + 1)),
                ref before);
        }

        if (!finishesWithLast)
            yield return Event(Chunk(_message.End(), Finish, place, nulls, all), ref before);
        if (place == UsagePlace.Last || (usageAsked && place is UsagePlace.AsAsked or UsagePlace.InChoice or UsagePlace.InExtension))
        {
            yield return Event(JsonText.Of(json =>
            {
                head.Write(json, "chat.completion.chunk");
                WriteExtras(json);
                json.WriteStartArray("choices");
                json.WriteEndArray();
                WriteUsage(json, all);
            }), ref before);
        }

        yield return "data: [DONE]\n\n"u8.ToArray();
    }

    public static ReadOnlyMemory<byte> Event(string json) => Encoding.UTF8.GetBytes($"data: {json}\n\n");

    /// <summary>A chunk that carries an error, as some servers send it: choices and all.</summary>
    public string ErrorChunk(OpenAiCompatibleError error) => JsonText.Of(json =>
    {
        head.Write(json, "chat.completion.chunk");
        dialect.Errors.Write(json, error);
        WriteChoice(json, new MessageDelta(static _ => { }), "error", null);
    });

    private static ReadOnlyMemory<byte> Event(string json, ref string? before)
    {
        var text = $"{before}data: {json}\n\n";
        before = null;
        return Encoding.UTF8.GetBytes(text);
    }

    private string Chunk(MessageDelta delta, string? finish, UsagePlace place, bool nulls, UsageFigures usage) => JsonText.Of(json =>
    {
        head.Write(json, "chat.completion.chunk");
        WriteExtras(json);
        var isEnd = finish is not null;
        WriteChoice(json, delta, finish, isEnd && place == UsagePlace.InChoice ? usage : null);
        if (place == UsagePlace.Always || (isEnd && place == UsagePlace.OnFinish))
            WriteUsage(json, usage);
        else if (nulls)
            json.WriteNull("usage");
        if (isEnd && place == UsagePlace.InExtension)
        {
            json.WriteObject("x_groq", () =>
            {
                json.WriteString("id", "req_01fake");
                WriteUsage(json, usage);
            });
        }

        if (isEnd)
            _shape.LastExtras?.Invoke(json, usage);
    });

    private void WriteChoice(Utf8JsonWriter json, MessageDelta delta, string? finish, UsageFigures? usage)
    {
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        if (_shape.HasMessageBesideDelta && delta.SoFar is { } soFar)
        {
            json.WriteObject("message", () =>
            {
                json.WriteString("role", "assistant");
                json.WriteString("content", soFar);
            });
        }

        json.WriteObject("delta", () =>
        {
            delta.Write(json);
            _shape.DeltaExtras?.Invoke(json);
        });
        json.WriteNull("logprobs");
        json.WriteStringOrNull("finish_reason", finish);
        _shape.ChoiceExtras?.Invoke(json, finish);
        if (usage is { } figures)
            WriteUsage(json, figures);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteExtras(Utf8JsonWriter json)
    {
        if (_shape.HasOpenAiFields)
        {
            json.WriteString("service_tier", "default");
            json.WriteString("system_fingerprint", "fp_fake000001");
        }

        _shape.Extras?.Invoke(json);
    }

    private UsageFigures Figures(int prompt, int completion) => new(prompt, completion, reply.CachedTokens, reply.ReasoningTokens);

    private void WriteUsage(Utf8JsonWriter json, UsageFigures usage) => json.WriteObject("usage", () =>
    {
        if (reply.Usage != UsageForm.WithoutPrompt)
            json.WriteNumber("prompt_tokens", usage.Prompt);
        var apart = _shape.CountsReasoningApart ? Math.Min(usage.Reasoning, usage.Completion) : 0;
        json.WriteNumber("completion_tokens", usage.Completion - apart);
        json.WriteNumber("total_tokens", usage.Prompt + usage.Completion);
        _shape.UsageDetails(json, usage);
    });
}
