using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>References within a JSON document, as a URI's fragment (RFC 6901, section 6).</summary>
internal static class JsonPointers
{
    /// <summary>What a reference such as <c>#/$defs/Address</c> points to; null when it leads outside of the document or nowhere.</summary>
    public static JsonElement? Find(JsonElement root, string reference)
    {
        if (reference == "#")
            return root;
        if (!reference.StartsWith("#/", StringComparison.Ordinal))
            return null;
        var at = root;
        foreach (var step in reference[2..].Split('/'))
        {
            var name = Uri.UnescapeDataString(step)
                .Replace("~1", "/", StringComparison.Ordinal)
                .Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array
                && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }
}
