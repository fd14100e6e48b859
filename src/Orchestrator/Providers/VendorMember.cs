using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>Reads a value that is kept as it came, to be sent again.</summary>
internal static class VendorMember
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = HttpCaps.Depth };

    /// <summary>The current value; null for one that could not be sent again, such as an object with a name twice.</summary>
    public static JsonNode? Read(ref Utf8JsonReader reader)
    {
        var raw = ToolJson.Raw(ref reader);
        try
        {
            return JsonNode.Parse(raw, documentOptions: Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
