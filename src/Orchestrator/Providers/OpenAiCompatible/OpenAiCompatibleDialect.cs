using System.Collections.Frozen;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>How one server likes to be asked: a copy of the options that the writers read. Immutable.</summary>
internal sealed class OpenAiCompatibleDialect
{
    private static readonly string[] Limits = ["max_tokens", "max_completion_tokens"];

    private readonly FrozenDictionary<string, string?> _names;

    public OpenAiCompatibleDialect(OpenAiCompatibleOptions options, ProviderInfo info)
    {
        Info = info;
        Model = options.Model;
        var isOpenAi = options.BaseUrl.Host.Equals(OpenAiCompatibleEnvironment.Default.Host, StringComparison.OrdinalIgnoreCase);
        RequestUsage = options.RequestUsage;
        Ids = options.ToolCallIds ?? (isOpenAi ? ToolCallIdForm.AtMost40 : ToolCallIdForm.Any);
        RequiredReasoning = options.RequiredReasoningField;
        RequiredCallMembers = ExtraFields.Copy(options.RequiredCallMembers, nameof(options.RequiredCallMembers));
        TakesNames = options.TakesNames;
        TakesDeveloperRole = options.TakesDeveloperRole;
        TakesUserAfterTool = options.TakesUserAfterTool;
        TakesRolesInAnyOrder = options.TakesRolesInAnyOrder;
        TakesEmptyMessages = options.TakesEmptyMessages;
        TakesToolByName = options.TakesToolByName;
        TakesStrict = options.TakesStrict;
        TakesJsonObject = options.TakesJsonObject;
        TakesJsonSchema = options.TakesJsonSchema;
        TakesImages = options.Capabilities.HasFlag(ProviderCapabilities.Images);
        Extra = ExtraFields.Copy(options.ExtraBody, nameof(options.ExtraBody));
        var names = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (options.UseMaxCompletionTokens ?? isOpenAi)
            names[Limits[0]] = Limits[1];
        if (isOpenAi)
            names["top_k"] = null;
        foreach (var (field, name) in options.FieldNames)
            names[field] = string.IsNullOrEmpty(name) ? null : name;
        _names = names.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The provider: what an answer holds for its vendor alone goes back to the same one.</summary>
    public ProviderInfo Info { get; }

    public string Model { get; }

    public bool RequestUsage { get; }

    public ToolCallIdForm Ids { get; }

    public string? RequiredReasoning { get; }

    public KeyValuePair<string, JsonElement>[] RequiredCallMembers { get; }

    public bool TakesNames { get; }

    public bool TakesDeveloperRole { get; }

    public bool TakesUserAfterTool { get; }

    public bool TakesRolesInAnyOrder { get; }

    public bool TakesEmptyMessages { get; }

    public bool TakesToolByName { get; }

    public bool TakesStrict { get; }

    public bool TakesJsonObject { get; }

    public bool TakesJsonSchema { get; }

    public bool TakesImages { get; }

    /// <summary>The fields of every body.</summary>
    public KeyValuePair<string, JsonElement>[] Extra { get; }

    /// <summary>The server's name of a field; null when it does not know the field.</summary>
    public string? NameOf(string field) => _names.Count > 0 && _names.TryGetValue(field, out var name) ? name : field;

    /// <summary>The other name of a field that must not be sent beside it; null when there is none.</summary>
    public static string? TwinOf(string name) => name == Limits[0] ? Limits[1] : name == Limits[1] ? Limits[0] : null;
}
