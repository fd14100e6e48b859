using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

// What differs between the servers that speak the protocol.
public sealed partial class OpenAiCompatibleOptions
{
    /// <summary>Further fields of every request's body, such as <c>chat_template_kwargs</c> of vLLM or <c>provider</c> of OpenRouter. What
    /// the provider writes itself, and <c>AdditionalProperties</c> of a request's options, win.</summary>
    /// <value><see langword="null"/>: none.</value>
    public JsonObject? ExtraBody { get; set; }

    /// <summary>The header that takes the key. Another than <c>Authorization</c> gets it without a scheme.</summary>
    /// <value><c>Authorization</c>.</value>
    public string ApiKeyHeader { get; set; } = "Authorization";

    /// <summary>The version that is sent as <c>?api-version=</c>, as Azure's classic address wants it.</summary>
    /// <value><see langword="null"/>: none.</value>
    public string? ApiVersion { get; set; }

    /// <summary>What the server takes for the id of a tool call.</summary>
    /// <value><see langword="null"/>: <see cref="ToolCallIdForm.AtMost40"/> at <c>api.openai.com</c>, else
    /// <see cref="ToolCallIdForm.Any"/>.</value>
    public ToolCallIdForm? ToolCallIds { get; set; }

    /// <summary>The field that every assistant turn with tool calls must have, because the server refuses turns without the model's
    /// reasoning. Turns that have none, such as those of another vendor, get a short note in it.</summary>
    /// <value><see langword="null"/>: no field is demanded.</value>
    public string? RequiredReasoningField { get; set; }

    /// <summary>Members that the first call of each assistant's turn must have, because the server refuses calls that it has not signed.
    /// Turns without such, as those of another vendor, get these.</summary>
    /// <value><see langword="null"/>: none are demanded.</value>
    public JsonObject? RequiredCallMembers { get; set; }

    /// <summary>Fields of the body that the server knows by another name or, where the value is <see langword="null"/>, not at all: those
    /// are left out. Mistral calls <c>seed</c> <c>random_seed</c>.</summary>
    /// <value>Empty. At <c>api.openai.com</c> <c>top_k</c> is left out besides.</value>
    public IDictionary<string, string?> FieldNames { get; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Whether messages may have the name of their author.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesNames { get; set; } = true;

    /// <summary>Whether a message may have the role <c>developer</c>. If not, it is sent as <c>system</c>.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesDeveloperRole { get; set; } = true;

    /// <summary>Whether a user's message may follow a tool's result at once. If not, a short turn of the assistant is put between
    /// them.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesUserAfterTool { get; set; } = true;

    /// <summary>Whether two messages of the same role may follow each other, and a system's message one of another role. If not, they are
    /// joined, and such a system's message is sent as the user's.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesRolesInAnyOrder { get; set; } = true;

    /// <summary>Whether a message may be empty. If not, an empty result of a function is sent as <c>(empty)</c>, and another empty message
    /// is left out.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesEmptyMessages { get; set; } = true;

    /// <summary>Whether a tool may be demanded by its name (<c>tool_choice</c> with an object). If not, that tool alone is offered, and a
    /// call is demanded.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesToolByName { get; set; } = true;

    /// <summary>Whether functions and schemas may be marked as <c>strict</c>, where a request asks for it.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesStrict { get; set; } = true;

    /// <summary>Whether JSON may be asked for without a schema (<c>json_object</c>). If not, a schema is sent that any object
    /// follows.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesJsonObject { get; set; } = true;

    /// <summary>Whether JSON may be asked for by a schema (<c>json_schema</c>). If not, such a request is refused before it is sent
    /// (<see cref="LlmErrorKind.NotSupported"/>), and another provider is asked.</summary>
    /// <value><see langword="true"/>.</value>
    public bool TakesJsonSchema { get; set; } = true;

    /// <summary>Whether the server's list of models tells if <see cref="Model"/> exists. Azure lists models, and is asked for
    /// deployments.</summary>
    internal bool ListsModels { get; set; } = true;
}
