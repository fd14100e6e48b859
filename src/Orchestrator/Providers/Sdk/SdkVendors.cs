namespace Orchestrator.Providers;

/// <summary>SDKs that throw exceptions without a status, so that their types must be known.</summary>
internal static class SdkVendors
{
    /// <summary>What an exception says; null when it is of no SDK here.</summary>
    public static SdkFailure? Read(Exception exception) => exception.GetType().FullName switch
    {
        // It throws its own exceptions for HTTP 400 and for an error line, and .NET's for the rest.
        "OllamaSharp.Models.Exceptions.ModelDoesNotSupportToolsException" => new(400, LlmErrorKind.NotSupported),
        "OllamaSharp.Models.Exceptions.OllamaException" => new(400, OfBadRequest(exception.Message)),
        "OllamaSharp.Models.Exceptions.ResponseError" => new(null, WordedErrors.InStream(exception.Message)),
        _ => null,
    };

    private static LlmErrorKind OfBadRequest(string message) =>
        WordedErrors.OfBadRequest(message) ?? ErrorTable.KindOf(400, new(message, null, null)) ?? LlmErrorKind.InvalidRequest;
}
