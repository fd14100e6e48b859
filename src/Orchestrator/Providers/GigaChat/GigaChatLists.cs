using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Reads the answers besides the chat: models, balances, counts of tokens.</summary>
internal static class GigaChatLists
{
    private delegate void ItemReader(ref Utf8JsonReader reader);

    public static IReadOnlyList<GigaChatModel> Models(ReadOnlySpan<byte> body)
    {
        var models = new List<GigaChatModel>();
        Inside(body, "data", (ref Utf8JsonReader reader) =>
        {
            string? id = null, type = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = JsonRead.Name(ref reader);
                if (field.SequenceEqual("id"u8))
                    id = JsonRead.NextText(ref reader);
                else if (field.SequenceEqual("type"u8))
                    type = JsonRead.NextText(ref reader);
                else
                    JsonRead.SkipNext(ref reader);
            }

            if (!string.IsNullOrEmpty(id))
                models.Add(new GigaChatModel(id, type ?? ""));
        });
        return models;
    }

    public static IReadOnlyList<GigaChatBalance> Balances(ReadOnlySpan<byte> body)
    {
        var balances = new List<GigaChatBalance>();
        Inside(body, "balance", (ref Utf8JsonReader reader) =>
        {
            string? usage = null, value = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var field = JsonRead.Name(ref reader);
                if (field.SequenceEqual("usage"u8))
                    usage = JsonRead.NextText(ref reader);
                else if (field.SequenceEqual("value"u8))
                    value = JsonRead.NextText(ref reader);
                else
                    JsonRead.SkipNext(ref reader);
            }

            if (!string.IsNullOrEmpty(usage) && decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var tokens))
                balances.Add(new GigaChatBalance(usage, tokens));
        });
        return balances;
    }

    /// <summary>The sum over a bare array of counts; as many are expected as texts were sent.</summary>
    public static int Tokens(ReadOnlySpan<byte> body, int expected)
    {
        var reader = new Utf8JsonReader(body, JsonRead.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("An array was expected.");
        var (sum, count) = (0L, 0);
        Items(ref reader, (ref Utf8JsonReader item) =>
        {
            while (item.Read() && item.TokenType == JsonTokenType.PropertyName)
            {
                var field = JsonRead.Name(ref item);
                if (!field.SequenceEqual("tokens"u8))
                    JsonRead.SkipNext(ref item);
                else if (JsonRead.NextCount(ref item) is { } tokens)
                    (sum, count) = (sum + tokens, count + 1);
            }
        });
        ToEnd(ref reader);
        return count == expected
            ? (int)Math.Min(sum, int.MaxValue)
            : throw new JsonException($"{expected} counts were expected, {count} came.");
    }

    private static void Inside(ReadOnlySpan<byte> body, string list, ItemReader item)
    {
        var reader = new Utf8JsonReader(body, JsonRead.Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object was expected.");
        var found = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            var isList = reader.ValueTextEquals(list);
            reader.Read();
            if (!isList || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            found = true;
            Items(ref reader, item);
        }

        ToEnd(ref reader);
        if (!found)
            throw new JsonException("A list was expected.");
    }

    private static void Items(ref Utf8JsonReader reader, ItemReader item)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (JsonRead.TryEnterObject(ref reader))
                item(ref reader);
        }
    }

    private static void ToEnd(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
        }
    }
}
