using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>Reads public members of foreign objects by name. A getter that throws counts as null, and only the beginning of a text is
/// used.</summary>
internal static class SdkMembers
{
    private const int Longest = HttpCaps.ErrorBody;

    /// <summary>The first of several properties that exists.</summary>
    public static PropertyInfo? Property(Type type, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Property(type, name) is { } found)
                return found;
        }

        return null;
    }

    public static object? Value(PropertyInfo? property, object target) =>
        property is null ? null : Quietly(() => property.GetValue(target));

    /// <summary>The value as text; null when it has none.</summary>
    public static string? Text(object? value) => Quietly(() => value switch
    {
        string text => Cut(text),
        byte[] bytes => Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, Longest))),
        int or long or Enum or JsonElement or JsonNode => Cut(value.ToString()),
        JsonDocument document => Cut(document.RootElement.ToString()),
        { } other when other.GetType().FullName == "System.BinaryData" => Cut(other.ToString()),
        _ => null,
    }) as string;

    // A getter that throws must not hide the failure that is being explained.
    public static object? Quietly(Func<object?> read)
    {
        try
        {
            return read();
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    // Searched type by type, because a derived type may hide a member, and one search over all types would be ambiguous.
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A member that was trimmed away counts as not there.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A member that was trimmed away counts as not there.")]
    public static MethodInfo? Method(Type type, string name, params Type[] parameters)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.GetMethod(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly, parameters) is { } found)
                return found;
        }

        return null;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A member that was trimmed away counts as not there.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A member that was trimmed away counts as not there.")]
    private static PropertyInfo? Property(Type type, string name)
    {
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) is { CanRead: true } found
                && found.GetIndexParameters().Length == 0)
            {
                return found;
            }
        }

        return null;
    }

    private static string? Cut(string? text) => text is { Length: > Longest } ? text[..Longest] : text;
}
