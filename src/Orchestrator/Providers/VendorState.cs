using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// What an answer holds for its vendor alone, such as reasoning that has to be sent again and signatures of calls. It is kept as JSON among
/// the additional properties of a content, so it survives copies and a history that is saved, and it goes back to the same vendor at the
/// same server only.
/// </summary>
internal static class VendorState
{
    /// <summary>Its key among the additional properties of a content.</summary>
    public const string Key = "orchestrator.vendor_state";

    private const string Vendor = "vendor";
    private const string Server = "server";

    /// <summary>An empty state of a provider's vendor.</summary>
    public static JsonObject New(ProviderInfo info) => new() { [Vendor] = info.Vendor, [Server] = ServerOf(info) };

    public static void Attach(AIContent content, JsonObject state) => (content.AdditionalProperties ??= [])[Key] = state;

    /// <summary>The state in a content; null when there is none, or it is another vendor's or server's.</summary>
    public static JsonElement? Of(AIContent content, ProviderInfo info)
    {
        if (content.AdditionalProperties is not { } properties || !properties.TryGetValue(Key, out var value))
            return null;
        try
        {
            var state = value switch
            {
                JsonElement element => element,
                JsonNode node => Parsed(node.ToJsonString()),
                string text => Parsed(text),
                _ => default,
            };
            var isOurs = state.ValueKind == JsonValueKind.Object && Is(state, Vendor, info.Vendor) && Is(state, Server, ServerOf(info));
            return isOurs ? state : null;
        }
        catch (JsonException)
        {
            // A history that was changed by hand: its absence is no error either.
            return null;
        }
    }

    private static JsonElement Parsed(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static bool Is(JsonElement state, string name, string value) =>
        state.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String && found.ValueEquals(value);

    private static string ServerOf(ProviderInfo info) => info.Endpoint?.Authority ?? "";
}
