using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>An answer whose only content is an <see cref="ErrorContent"/>, as an error.</summary>
/// <remarks>Its text may quote the prompt: it decides the kind and is not shown.</remarks>
internal static class ErrorAnswer
{
    private const int LongestCode = 64;

    /// <param name="content">The content.</param>
    /// <param name="isRefusal">Whether the finish reason is that of a refusal.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="request">The request, which the error must not repeat.</param>
    public static LlmException Of(ErrorContent content, bool isRefusal, string provider, LlmRequest request)
    {
        var code = Word(PromptEcho.Cut(content.ErrorCode, request));
        var kind = isRefusal || "refusal".Equals(code, StringComparison.OrdinalIgnoreCase)
            ? LlmErrorKind.ContentFiltered
            : ErrorTable.KindInStream(new ServerError(content.Message, code, null));
        return new LlmException(
            kind,
            $"Provider '{provider}' answered with nothing but an error{(code is null ? "" : $" (code {code})")}.")
        {
            ProviderCode = code,
            RetryAfter = kind is LlmErrorKind.RateLimited or LlmErrorKind.Unavailable ? ToldWait.InText(content.Message) : null,
        };
    }

    // Vendors' codes are words or numbers. Any other text might be a secret or a part of the prompt.
    private static string? Word(string? code) =>
        code is { Length: > 0 and <= LongestCode }
            && (code.All(char.IsAsciiDigit) || code.All(c => char.IsAsciiLetter(c) || c is '_' or '.' or '-'))
            ? code
            : null;
}
