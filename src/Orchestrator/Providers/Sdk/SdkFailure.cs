using System.Runtime.CompilerServices;

namespace Orchestrator.Providers;

/// <summary>What the exception of a vendor's SDK says about a failed request, as data: never its message.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Kind">The kind.</param>
internal sealed record SdkFailure(int? Status, LlmErrorKind Kind)
{
    private const int LongestId = 128;

    private static readonly ConditionalWeakTable<Type, SdkExceptionShape> Shapes = [];

    // How keys and tokens begin that vendors give out.
    private static readonly string[] Keys =
        ["sk-", "sk_", "pk-", "gsk_", "xai-", "hf_", "AIza", "AKIA", "ghp_", "AQVN", "t1.", "y0_", "eyJ", "Bearer", "Basic", "Api-Key"];

    public string? Code { get; private init; }

    public string? RequestId { get; private init; }

    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Reads an exception; <see langword="null"/> when it says nothing that is known.</summary>
    public static SdkFailure? Read(Exception exception)
    {
        if (SdkVendors.Read(exception) is { } known)
            return known;
        if (ShapeOf(exception).Read(exception) is not { } said || KindOf(said) is not { } kind)
            return null;
        return new(said.Status, kind)
        {
            Code = Word(said.Error.Code) ?? Word(said.Error.Type) ?? (said.Status is null ? Word(said.StatusName) : null),
            RequestId = Id(said.RequestId),
            RetryAfter = said.Wait ?? Providers.RetryAfter.From(said.Header, TimeProvider.System.GetUtcNow()),
        };
    }

    /// <summary>Whether a missing status means that no answer came, so that the inner exception tells why.</summary>
    public static bool SpeaksOfHttp(Exception exception) => ShapeOf(exception).HasStatus;

    // Without a status only a name that is known is believed: other libraries have codes of their own.
    private static LlmErrorKind? KindOf(SdkSaid said) => said.Status is { } status
        ? ErrorTable.KindOf(status, said.Error) ?? StatusKinds.FromStatus(status)
        : ErrorTable.OfName(said.StatusName) ?? ErrorTable.KindOf(0, said.Error);

    private static SdkExceptionShape ShapeOf(Exception exception) =>
        Shapes.GetValue(exception.GetType(), static type => new SdkExceptionShape(type));

    // Keys mix letters and digits; vendors' codes are words or numbers. What might be a secret is left out.
    private static string? Word(string? code) =>
        code is { Length: > 0 and <= 64 } && (code.All(char.IsAsciiDigit) || code.All(c => char.IsAsciiLetter(c) || c is '_' or '.' or '-'))
            ? code
            : null;

    // Ids mix letters and digits as keys do, so that only their beginning tells them apart.
    private static string? Id(string? ids) =>
        ids?.Split(',', 2)[0].Trim() is var id && id is { Length: > 0 and <= LongestId }
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')
            && !Array.Exists(Keys, key => id.StartsWith(key, StringComparison.OrdinalIgnoreCase))
            ? id
            : null;
}
