using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>The answers of a fake GigaChat besides the chat: models, balance, counts of tokens.</summary>
internal static class GigaChatLists
{
    public static VendorError Answer(FakeGigaChatServer server, CapturedRequest request, string path) => (request.Method, path) switch
    {
        ("GET", "/models") => new(200, Models(server.Models)),
        ("GET", _) when path.StartsWith("/models/", StringComparison.Ordinal) =>
            Model(server.Models, Uri.UnescapeDataString(path["/models/".Length..])),
        ("GET", "/balance") => server.Balance is { } balance ? new(200, BalanceOf(balance)) : GigaChatError.Of(403, "Permission denied"),
        ("POST", "/tokens/count") => Count(server, request),
        _ => GigaChatError.Of(404, "Not Found"),
    };

    private static string Models(IReadOnlyList<FakeGigaChatModel> models) => JsonText.Of(json =>
    {
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in models)
        {
            json.WriteStartObject();
            Write(json, model);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static VendorError Model(IReadOnlyList<FakeGigaChatModel> models, string name) =>
        models.FirstOrDefault(m => m.Name == name) is { } model
            ? new(200, JsonText.Of(json => Write(json, model)))
            : GigaChatError.Of(404, "No such model");

    private static void Write(Utf8JsonWriter json, FakeGigaChatModel model)
    {
        json.WriteString("id", model.Name);
        json.WriteString("object", "model");
        json.WriteString("owned_by", "salutedevices");
        json.WriteString("type", model.Type);
    }

    private static string BalanceOf(IReadOnlyList<KeyValuePair<string, long>> balance) => JsonText.Of(json =>
    {
        json.WriteStartArray("balance");
        foreach (var (usage, value) in balance)
        {
            json.WriteStartObject();
            json.WriteString("usage", usage);
            json.WriteNumber("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static VendorError Count(FakeGigaChatServer server, CapturedRequest request)
    {
        if (request.Json is not { ValueKind: JsonValueKind.Object } body)
            return GigaChatError.Of(400, "Bad request: the body is not a JSON object");
        if (body.StringProperty("model") is not { } model || server.Models.All(m => m.Name != model))
            return GigaChatError.Of(404, "No such model");
        if (body.Property("input") is not { ValueKind: JsonValueKind.Array } input
            || input.EnumerateArray().Any(t => t.ValueKind != JsonValueKind.String))
        {
            return GigaChatError.Invalid("input must be a list of strings");
        }

        // A bare array, other than every other answer.
        var text = new StringBuilder("[");
        foreach (var item in input.EnumerateArray())
        {
            var counted = item.GetString()!;
            text.Append(text.Length > 1 ? "," : "").Append(JsonText.Of(json =>
            {
                json.WriteString("object", "tokens");
                json.WriteNumber("tokens", FakeReply.Tokens(counted));
                json.WriteNumber("characters", counted.Length);
            }));
        }

        return new(200, text.Append(']').ToString());
    }
}
