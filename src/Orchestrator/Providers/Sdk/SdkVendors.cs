namespace Orchestrator.Providers;

/// <summary>
/// SDKs that throw exceptions without a status, so that their types must be known: a list of type names, without a reference to the SDKs.
/// </summary>
internal static class SdkVendors
{
    /// <summary>The failure that an exception reports; null for an unknown type.</summary>
    public static SdkFailure? Read(Exception exception) => exception.GetType().FullName switch
    {
        // OllamaSharp: its own exceptions for HTTP 400 and for an error line of a stream, and .NET's for the rest.
        "OllamaSharp.Models.Exceptions.ModelDoesNotSupportToolsException" => new(400, LlmErrorKind.NotSupported),
        "OllamaSharp.Models.Exceptions.OllamaException" => new(400, OfBadRequest(exception.Message)),
        "OllamaSharp.Models.Exceptions.ResponseError" => new(null, ErrorsWithoutCodes.KindInStream(exception.Message)),
        _ => null,
    };

    private static LlmErrorKind OfBadRequest(string message) =>
        ErrorsWithoutCodes.KindOf(400, message) ?? ErrorTable.KindOf(400, new(message, null, null)) ?? LlmErrorKind.InvalidRequest;
}
