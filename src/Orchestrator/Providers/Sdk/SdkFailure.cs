using System.Runtime.CompilerServices;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>What the exception of a vendor's SDK says about a failed request, as data: never its message.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Kind">The kind.</param>
internal sealed record SdkFailure(int? Status, LlmErrorKind Kind)
{
    private static readonly ConditionalWeakTable<Type, SdkExceptionShape> Shapes = [];

    public string? Code { get; private init; }

    public string? RequestId { get; private init; }

    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Reads an exception; <see langword="null"/> when it says nothing that is known.</summary>
    public static SdkFailure? Read(Exception exception)
    {
        if (OfOllamaSharp(exception) is { } known)
            return known;
        var shape = ShapeOf(exception);
        if (shape.StatusOf(exception) is not { } status)
            return null;
        var wait = shape.WaitOf(exception);
        if (shape.ResponseOf(exception) is not { } response)
            return new(status, StatusKinds.FromStatus(status)) { RetryAfter = wait };

        var said = ServerError.Read(Encoding.UTF8.GetBytes(shape.BodyOf(response) ?? ""));
        return new(status, OpenAiErrors.KindOf(status, said) ?? StatusKinds.FromStatus(status))
        {
            Code = Word(said.Code) ?? Word(said.Type),
            RequestId = shape.HeaderOf(response, "x-request-id") is { } id ? ServerError.Excerpt(id) : null,
            RetryAfter = wait ?? Providers.RetryAfter.From(name => shape.HeaderOf(response, name), TimeProvider.System.GetUtcNow()),
        };
    }

    /// <summary>Whether a missing status means that no answer came, so that the inner exception tells why.</summary>
    public static bool SpeaksOfHttp(Exception exception) => ShapeOf(exception).HasStatus;

    // OllamaSharp has no status: it throws its own exceptions for HTTP 400 and for an error line, and .NET's for the rest.
    private static SdkFailure? OfOllamaSharp(Exception exception) => exception.GetType().FullName switch
    {
        "OllamaSharp.Models.Exceptions.ModelDoesNotSupportToolsException" => new(400, LlmErrorKind.NotSupported),
        "OllamaSharp.Models.Exceptions.OllamaException" => new(400, OllamaErrors.KindOf(400, exception.Message) ?? LlmErrorKind.InvalidRequest),
        "OllamaSharp.Models.Exceptions.ResponseError" => new(null, OllamaErrors.KindInStream(exception.Message)),
        _ => null,
    };

    private static SdkExceptionShape ShapeOf(Exception exception) => Shapes.GetValue(exception.GetType(), static type => new SdkExceptionShape(type));

    // Keys mix letters and digits; vendors' codes are words or numbers. What might be a secret is left out.
    private static string? Word(string? code) =>
        code is { Length: > 0 and <= 64 } && (code.All(char.IsAsciiDigit) || code.All(c => char.IsAsciiLetter(c) || c is '_' or '.' or '-')) ? code : null;
}
