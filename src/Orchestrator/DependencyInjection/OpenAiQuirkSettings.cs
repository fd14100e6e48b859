using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Reads how a server differs from others that speak the protocol.</summary>
internal static class OpenAiQuirkSettings
{
    public static void Read(SettingsReader reader, OpenAiCompatibleOptions options)
    {
        options.ToolCallIds = reader.Choice("ToolCallIds", Enum.GetValues<ToolCallIdForm>()) ?? options.ToolCallIds;
        options.RequiredReasoningField = reader.OptionalText("RequiredReasoningField") ?? options.RequiredReasoningField;
        options.TakesNames = reader.YesNo("TakesNames") ?? options.TakesNames;
        options.TakesDeveloperRole = reader.YesNo("TakesDeveloperRole") ?? options.TakesDeveloperRole;
        options.TakesUserAfterTool = reader.YesNo("TakesUserAfterTool") ?? options.TakesUserAfterTool;
        options.TakesRolesInAnyOrder = reader.YesNo("TakesRolesInAnyOrder") ?? options.TakesRolesInAnyOrder;
        options.TakesEmptyMessages = reader.YesNo("TakesEmptyMessages") ?? options.TakesEmptyMessages;
        options.TakesToolByName = reader.YesNo("TakesToolByName") ?? options.TakesToolByName;
        options.TakesStrict = reader.YesNo("TakesStrict") ?? options.TakesStrict;
        options.TakesJsonObject = reader.YesNo("TakesJsonObject") ?? options.TakesJsonObject;
        options.TakesJsonSchema = reader.YesNo("TakesJsonSchema") ?? options.TakesJsonSchema;
        foreach (var (field, name) in reader.Names("FieldNames"))
            options.FieldNames[field] = name;
        if (reader.Json("RequiredCallMembers") is JsonObject members)
            options.RequiredCallMembers = members;
        if (reader.Json("ExtraBody") is JsonObject body)
            options.ExtraBody = body;
    }
}
