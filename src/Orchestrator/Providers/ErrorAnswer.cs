using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>An answer whose only content is an <see cref="ErrorContent"/>, as an error.</summary>
/// <remarks>Its words may quote the prompt: they decide the kind and are left out.</remarks>
internal static class ErrorAnswer
{
    private const int LongestCode = 64;

    /// <param name="said">What the provider said.</param>
    /// <param name="isRefusal">Whether its finish reason is a refusal's.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="request">The request, which the error must not repeat.</param>
    public static LlmException Of(ErrorContent said, bool isRefusal, string provider, LlmRequest request)
    {
        var code = Word(PromptEcho.Cut(said.ErrorCode, request));
        var kind = isRefusal || "refusal".Equals(code, StringComparison.OrdinalIgnoreCase)
            ? LlmErrorKind.ContentFiltered
            : ErrorTable.KindInStream(new ServerError(said.Message, code, null));
        return new LlmException(
            kind,
            $"Provider '{provider}' answered with nothing but an error{(code is null ? "" : $" (code {code})")}.")
        { ProviderCode = code };
    }

    // Vendors' codes are words or numbers; anything else might be a secret or a piece of the prompt.
    private static string? Word(string? code) =>
        code is { Length: > 0 and <= LongestCode }
            && (code.All(char.IsAsciiDigit) || code.All(c => char.IsAsciiLetter(c) || c is '_' or '.' or '-'))
            ? code
            : null;
}
