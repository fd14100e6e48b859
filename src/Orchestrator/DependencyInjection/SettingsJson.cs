using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Orchestrator.DependencyInjection;

/// <summary>A configuration section as JSON. Configuration knows texts only, so <c>true</c>, <c>false</c> and finite numbers are taken for
/// what they look like, and keys 0, 1, 2 for a list.</summary>
internal static class SettingsJson
{
    public static JsonNode? Of(IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
            return ValueOf(section.Value);
        if (children.Select((child, index) => child.Key == index.ToString(CultureInfo.InvariantCulture)).All(isInOrder => isInOrder))
            return new JsonArray([.. children.Select(Of)]);
        return new JsonObject(children.Select(child => KeyValuePair.Create(child.Key, Of(child))));
    }

    private static JsonValue? ValueOf(string? text)
    {
        if (text is null)
            return null;
        if (bool.TryParse(text, out var truth))
            return JsonValue.Create(truth);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return JsonValue.Create(whole);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : JsonValue.Create(text);
    }
}
