using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Providers;

/// <summary>A function as .NET programs have them: optional parameters, a nullable enumeration, a dictionary, nested records, a
/// list.</summary>
internal static class OrdinaryFunction
{
    public const string Arguments =
        """{"id":"5f0c6a0e-6a0c-4f6d-9d0a-0f5b8f6f3c11","unit":"Celsius","days":3,"extra":{"wind":2},"any":{"k":1}"""
            + ""","to":{"city":"Вологда","house":{"number":7,"rooms":[{"name":"кухня","area":12.5}]}}}""";

    [JsonConverter(typeof(JsonStringEnumConverter<Unit>))]
    public enum Unit
    {
        Celsius,
        Fahrenheit,
    }

    public sealed record Room(string Name, double? Area);

    public sealed record House(int Number, List<Room> Rooms, DateOnly? Built = null, Uri? Page = null);

    public sealed record Address(string City, House? House = null, string? Note = null);

    /// <summary>The function, with a list of what it was called with.</summary>
    public static (AIFunction Function, List<string> Calls) New()
    {
        var calls = new List<string>();
        var function = AIFunctionFactory.Create(
            [Description("Погода у дома")] (
                Guid id, Unit? unit, int? days = null, Dictionary<string, int>? extra = null, object? any = null, Address? to = null) =>
            {
                calls.Add(string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{id} {unit} {days} {extra?["wind"]} {any} {to?.City} {to?.House?.Rooms[0].Name} {to?.House?.Rooms[0].Area}"));
                return new { degrees = 12 };
            },
            "forecast");
        return (function, calls);
    }

    /// <summary>What it is called with by <see cref="Arguments"/>.</summary>
    public const string Called = "5f0c6a0e-6a0c-4f6d-9d0a-0f5b8f6f3c11 Celsius 3 2 {\"k\":1} Вологда кухня 12.5";
}
