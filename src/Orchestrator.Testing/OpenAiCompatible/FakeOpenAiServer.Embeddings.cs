using System.Buffers.Binary;
using System.Text.Json;

namespace Orchestrator.Testing;

public sealed partial class FakeOpenAiServer
{
    private ReplyPlan Embed(ReplyPlan plan, CapturedRequest request)
    {
        if (request.Json is not { ValueKind: JsonValueKind.Object } body)
            return Refuse(plan, OpenAiCompatibleRules.NoJson);
        if (body.StringProperty("model") is not { } model)
            return Refuse(plan, OpenAiCompatibleRules.NoModel);
        if (body.Property("input") is not { } input)
        {
            return Refuse(plan, new OpenAiCompatibleError(
                400, "Missing required parameter: 'input'.", Param: "input", Code: "missing_required_parameter"));
        }

        string[] texts = input.ValueKind == JsonValueKind.Array
            ? [.. input.EnumerateArray().Select(e => e.ToString())]
            : [input.ToString()];
        var tokens = texts.Sum(FakeReply.Tokens);
        plan.Whole(200, JsonText.Of(json =>
        {
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            for (var i = 0; i < texts.Length; i++)
            {
                json.WriteStartObject();
                json.WriteString("object", "embedding");
                json.WriteNumber("index", i);
                WriteVector(json, FakeVectors.Of(texts[i]), body.StringProperty("encoding_format") == "base64");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("model", model);
            json.WriteObject("usage", () =>
            {
                json.WriteNumber("prompt_tokens", tokens);
                json.WriteNumber("total_tokens", tokens);
            });
        }));
        return plan;
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            var bytes = new byte[vector.Length * sizeof(float)];
            for (var i = 0; i < vector.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
            json.WriteBase64String("embedding", bytes);
            return;
        }

        json.WriteStartArray("embedding");
        foreach (var number in vector)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
