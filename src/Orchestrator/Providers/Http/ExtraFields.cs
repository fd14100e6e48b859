using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Fields that this library does not know, written into a body as they were given: those of a provider's options, and
/// <see cref="ChatOptions.AdditionalProperties"/> of a request.</summary>
internal static class ExtraFields
{
    private const int LongestName = 64;

    /// <summary>The fields of a provider's options as a copy that cannot change.</summary>
    /// <exception cref="ArgumentException">A value cannot be written.</exception>
    public static KeyValuePair<string, JsonElement>[] Copy(JsonObject? fields, string setting)
    {
        if (fields is null || fields.Count == 0)
            return [];
        try
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
                fields.WriteTo(json);
            using var document = JsonDocument.Parse(buffer.WrittenMemory);
            return [.. document.RootElement.EnumerateObject().Select(f => KeyValuePair.Create(f.Name, f.Value.Clone()))];
        }
#pragma warning disable CA1031 // Values of the user's own types may throw anything.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            throw new ArgumentException(
                $"{setting} holds a value that JSON cannot hold: writing it threw {error.GetType().FullName}. Give finite numbers, texts, "
                    + "truth values, and lists and objects of them.",
                setting);
        }
    }

    /// <summary>Whether there is anything to write besides the keys that are read elsewhere.</summary>
    public static bool Any(AdditionalPropertiesDictionary? properties) => properties is { Count: > 0 };

    /// <summary>The fields of a request that go into the body.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Of(AdditionalPropertiesDictionary? properties) =>
        properties is null ? [] : properties.Where(p => !StrictSchema.IsKey(p.Key));

    /// <summary>Writes the value of a request's field, whose name is written already.</summary>
    /// <exception cref="LlmException">It cannot be written: an invalid request.</exception>
    public static void WriteValue(Utf8JsonWriter json, string name, object? value) => JsonValues.Write(
        json,
        value,
        name.Length <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? $"ChatOptions.AdditionalProperties[\"{name}\"]"
            : "A value of ChatOptions.AdditionalProperties");
}
