using System.Runtime.CompilerServices;

namespace Orchestrator.Providers;

/// <summary>The failure that the exception of a vendor's SDK reports: status, kind, codes. Never its message.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Kind">The kind.</param>
internal sealed record SdkFailure(int? Status, LlmErrorKind Kind)
{
    private const int LongestId = 128;

    private static readonly ConditionalWeakTable<Type, SdkExceptionShape> Shapes = [];

    // How keys and tokens begin: of many vendors, of other services, and of each vendor by its file.
    private static readonly string[] Keys =
    [
        "sk-", "sk_", "pk-", "hf_", "AKIA", "ghp_", "eyJ", "Bearer", "Basic", "Api-Key",
        .. VendorFacts.All.SelectMany(facts => facts.KeyPrefixes),
    ];

    public string? Code { get; private init; }

    public string? RequestId { get; private init; }

    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Reads an exception; <see langword="null"/> when it holds no known field.</summary>
    public static SdkFailure? Read(Exception exception)
    {
        if (SdkVendors.Read(exception) is { } known)
            return known;
        if (ShapeOf(exception).Read(exception) is not { } fields || KindOf(fields) is not { } kind)
            return null;
        return new(fields.Status, kind)
        {
            Code = Word(fields.Error.Code) ?? Word(fields.Error.Type) ?? (fields.Status is null ? Word(fields.StatusName) : null),
            RequestId = Id(fields.RequestId),
            RetryAfter = fields.Wait ?? Providers.RetryAfter.From(fields.Header, TimeProvider.System.GetUtcNow())
                ?? fields.Error.WaitAfter(fields.Status, kind),
        };
    }

    /// <summary>Whether the exception has a status at all. If it has and the status is empty, no answer came, and the inner exception is
    /// the cause.</summary>
    public static bool SpeaksOfHttp(Exception exception) => ShapeOf(exception).HasStatus;

    // Without a status only known names count: other libraries have codes of their own.
    private static LlmErrorKind? KindOf(SdkErrorFields fields) => fields.IsPage ? LlmErrorKind.MalformedResponse
        : fields.Status is { } status
        ? ErrorTable.KindOf(status, fields.Error) ?? StatusKinds.FromStatus(status)
        : ErrorTable.OfName(fields.StatusName) ?? ErrorTable.KindOf(0, fields.Error);

    private static SdkExceptionShape ShapeOf(Exception exception) =>
        Shapes.GetValue(exception.GetType(), static type => new SdkExceptionShape(type));

    // Keys mix letters and digits; vendors' codes are words or numbers. A value that might be a secret is dropped.
    private static string? Word(string? code) =>
        code is { Length: > 0 and <= 64 } && (code.All(char.IsAsciiDigit) || code.All(c => char.IsAsciiLetter(c) || c is '_' or '.' or '-'))
            ? code
            : null;

    // Ids mix letters and digits as keys do: only the beginning tells one from the other.
    private static string? Id(string? ids) =>
        ids?.Split(',', 2)[0].Trim() is var id && id is { Length: > 0 and <= LongestId }
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')
            && !Array.Exists(Keys, key => id.StartsWith(key, StringComparison.OrdinalIgnoreCase))
            ? id
            : null;
}
