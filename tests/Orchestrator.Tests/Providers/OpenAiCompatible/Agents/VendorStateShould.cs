using System.Text.Json;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible.Agents;

/// <summary>What a vendor's requests hold of what it has sent itself.</summary>
internal static class VendorStateShould
{
    /// <summary>Every turn that the vendor has made comes back with its reasoning, where the vendor has a field for it.</summary>
    public static void BeBack(AgentServer vendor, OpenAiDialect dialect)
    {
        if (FieldOf(dialect) is not { } field)
            return;
        // A turn is known by the round it asks for, and the vendor has made those of the rounds it was asked in.
        var made = vendor.Asked.Select(AgentServer.RoundOf).ToHashSet();
        var turns = AgentServer.Turns(vendor.Asked[^1]);
        for (var round = 0; round < turns.Count; round++)
        {
            if (made.Contains(round))
                TextOf(turns[round], field).Should().Be(vendor.Thought(round));
        }
    }

    private static string? FieldOf(OpenAiDialect dialect) => dialect switch
    {
        OpenAiDialect.DeepSeek or OpenAiDialect.Moonshot => "reasoning_content",
        OpenAiDialect.OpenRouter => "reasoning_details",
        _ => null,
    };

    private static string? TextOf(JsonElement turn, string field) =>
        !turn.TryGetProperty(field, out var value) ? null
        : value.ValueKind == JsonValueKind.Array ? string.Concat(value.EnumerateArray().Select(d => d.GetProperty("text").GetString()))
        : value.GetString();
}
