using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Writes a reply as <c>/completion</c> answers: whole, and line by line with the whole text so far in each.</summary>
/// <param name="reply">What the model says.</param>
/// <param name="promptTokens">The tokens of the prompt.</param>
/// <param name="plainNumbers">Whether counts are numbers rather than the texts that proto makes of them.</param>
/// <param name="omitResult">Whether the answer stands without <c>result</c> around it, as the API reference shows it.</param>
internal sealed class YandexGptReplyWriter(FakeReply reply, int promptTokens, bool plainNumbers, bool omitResult)
{
    public const string Version = "09.02.2025";

    private const string Prefix = "ALTERNATIVE_STATUS_";

    public string Whole() => Answer(reply.Refusal ?? reply.WholeText(), LastStatus(), reply.CompletionCount(), withCalls: true);

    public IEnumerable<ReadOnlyMemory<byte>> Stream()
    {
        var text = new StringBuilder();
        foreach (var piece in reply.Deltas())
        {
            text.Append(piece);
            yield return Line(Answer(text.ToString(), Prefix + "PARTIAL", FakeReply.Tokens(text.ToString()), withCalls: false));
        }

        yield return Line(Answer(reply.Refusal ?? text.ToString(), LastStatus(), reply.CompletionCount(), withCalls: true));
    }

    public static ReadOnlyMemory<byte> Line(string json) => Encoding.UTF8.GetBytes(json + "\n");

    private string LastStatus() => reply.FinishReason switch
    {
        { } word => word.StartsWith(Prefix, StringComparison.Ordinal) ? word : Prefix + word,
        null => Prefix + (reply.Refusal is not null ? "CONTENT_FILTER" : reply.ToolCalls.Count > 0 ? "TOOL_CALLS" : "FINAL"),
    };

    private string Answer(string text, string status, int tokens, bool withCalls) => JsonText.Of(json =>
    {
        if (omitResult)
            WriteResult(json, text, status, tokens, withCalls);
        else
            json.WriteObject("result", () => WriteResult(json, text, status, tokens, withCalls));
    });

    private void WriteResult(Utf8JsonWriter json, string text, string status, int tokens, bool withCalls)
    {
        json.WriteStartArray("alternatives");
        json.WriteStartObject();
        json.WriteObject("message", () =>
        {
            json.WriteString("role", "assistant");
            if (withCalls && reply.ToolCalls.Count > 0)
                WriteCalls(json);
            else
                json.WriteString("text", text);
        });
        json.WriteString("status", status);
        json.WriteEndObject();
        json.WriteEndArray();
        if (reply.Usage != UsageForm.Omitted)
            json.WriteObject("usage", () => WriteUsage(json, tokens));
        json.WriteString("modelVersion", Version);
    }

    private void WriteCalls(Utf8JsonWriter json) => json.WriteObject("toolCallList", () =>
    {
        json.WriteStartArray("toolCalls");
        foreach (var call in reply.ToolCalls)
        {
            json.WriteStartObject();
            json.WriteObject("functionCall", () =>
            {
                json.WriteString("name", call.Name);
                json.WritePropertyName("arguments");
                json.WriteRawValue(call.Arguments);
            });
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private void WriteUsage(Utf8JsonWriter json, int tokens)
    {
        Number(json, "inputTextTokens", promptTokens);
        Number(json, "completionTokens", tokens);
        Number(json, "totalTokens", promptTokens + tokens);
        json.WriteObject("completionTokensDetails", () => Number(json, "reasoningTokens", reply.ReasoningTokens));
    }

    private void Number(Utf8JsonWriter json, string name, int value)
    {
        if (plainNumbers)
            json.WriteNumber(name, value);
        else
            json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
    }
}
