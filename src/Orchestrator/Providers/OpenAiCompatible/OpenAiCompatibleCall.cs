using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>One tool call as far as it has come.</summary>
/// <param name="index">Its index in the answer.</param>
internal sealed class OpenAiCompatibleCall(int index)
{
    public int Index => index;

    public string? Id { get; set; }

    public string? Name { get; private set; }

    public StringBuilder Arguments { get; } = new();

    /// <summary>What the vendor sent besides, such as a signature; null for nothing.</summary>
    public JsonObject? Members { get; private set; }

    /// <summary>Whether the arguments so far are a whole object.</summary>
    public bool IsWhole
    {
        get
        {
            if (Arguments.Length == 0 || Arguments[^1] != '}')
                return false;
            try
            {
                using var document = JsonDocument.Parse(Arguments.ToString());
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }

    public void Take(in OpenAiCompatibleCallPart part)
    {
        Id = string.IsNullOrEmpty(Id) ? part.Id : Id;
        Name = string.IsNullOrEmpty(Name) ? part.Name : Name;
        Arguments.Append(part.Arguments);
        if (part.Members is not { } members)
            return;
        Members ??= [];
        foreach (var (name, value) in members)
            Members[name] = value?.DeepClone();
    }
}
