namespace Orchestrator.Providers;

/// <summary>Errors in a schema, found before anything is sent.</summary>
/// <param name="owner">Where the schema is in the request.</param>
internal sealed class GigaChatSchemaErrors(string owner)
{
    /// <summary>The vendor's schemas cannot say it; another provider's may.</summary>
    public LlmException Refused(string what) => new(
        LlmErrorKind.NotSupported,
        $"{owner} {what}, which GigaChat's schemas cannot say: they have single types, no anyOf of different types, no recursion. "
            + "Nothing was sent; simplify the schema, or have another provider asked.");

    /// <summary>It is no schema for any provider.</summary>
    public static LlmException Wrong(string owner, string what) =>
        RequestFault.Of($"{owner} {what}; give a JSON schema, which is an object, true or false.");

    /// <inheritdoc cref="Wrong(string, string)"/>
    public LlmException Wrong(string what) => Wrong(owner, what);
}
