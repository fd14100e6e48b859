using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// The text of a request's options that the model reads: the instructions, the tools on offer and the schema of the answer. How a vendor
/// words tools and schemas to its model is not published, so the JSON that is sent is counted, with a flat number for what stands around
/// it.
/// </summary>
internal static class OptionsText
{
    // "type", "function", "name", "description", "parameters" and the brackets.
    private const int PerTool = 8;
    private const int PerSchema = 8;

    public static void Add(ref TokenTally tally, ChatOptions options, ProviderInfo provider, MessageTemplate template)
    {
        if (options.Instructions is { Length: > 0 } instructions)
        {
            // A system message of its own.
            tally.AddFlat(template.PerMessage);
            tally.Add(instructions);
        }

        // Most vendors are sent tools that may not be called, too.
        if (options.Tools is { Count: > 0 } tools
            && !(options.ToolMode is NoneChatToolMode && VendorFacts.Of(provider.Vendor).LeavesOutUncallableTools))
        {
            AddTools(ref tally, tools);
        }
    }

    public static void AddFormat(ref TokenTally tally, ChatResponseFormat? format)
    {
        if (format is not ChatResponseFormatJson { Schema: { } schema } json)
            return;
        tally.MarkRough();
        tally.AddFlat(PerSchema);
        tally.Add(json.SchemaName);
        tally.Add(json.SchemaDescription);
        AddSchema(ref tally, schema);
    }

    private static void AddTools(ref TokenTally tally, IList<AITool> tools)
    {
        tally.MarkRough();
        var walk = new SampledWalk(tools.Count);
        while (walk.Next(ref tally))
        {
            var mark = tally.Mark();
            AddTool(ref tally, tools[walk.Index]);
            tally.Weigh(mark, walk.Weight);
        }
    }

    private static void AddTool(ref TokenTally tally, AITool? tool)
    {
        if (tool is null)
            return;
        try
        {
            tally.AddFlat(PerTool);
            tally.Add(tool.Name);
            tally.Add(tool.Description);
            if (tool is AIFunctionDeclaration function)
                AddSchema(ref tally, function.JsonSchema);
        }
#pragma warning disable CA1031 // A tool is a class of the application: if it throws, its tokens are not counted and the attempt goes on.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static void AddSchema(ref TokenTally tally, System.Text.Json.JsonElement schema)
    {
        try
        {
            JsonText.Add(ref tally, schema);
        }
        catch (ObjectDisposedException)
        {
            // The JSON document is disposed: it is not sent either.
        }
    }
}
