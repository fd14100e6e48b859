namespace Orchestrator;

/// <summary>An error of a vendor that you know better than the built-in tables: what it means. Immutable.</summary>
/// <remarks>All members that are set have to fit; the first row that fits wins over the built-in tables, for errors over HTTP, inside a
/// stream and from another library's client alike.</remarks>
/// <param name="Kind">What the error means.</param>
public sealed record KnownError(LlmErrorKind Kind)
{
    /// <summary>The vendor, as in <see cref="ProviderInfo.Vendor"/>, without case.</summary>
    /// <value><see langword="null"/>: any.</value>
    public string? Vendor { get; init; }

    /// <summary>The HTTP status.</summary>
    /// <value><see langword="null"/>: any.</value>
    public int? Status { get; init; }

    /// <summary>The vendor's code, as in <see cref="LlmException.ProviderCode"/>, without case.</summary>
    /// <value><see langword="null"/>: any.</value>
    public string? Code { get; init; }

    /// <summary>Words of the message, without case. The router sees the first 300 characters of a server's text.</summary>
    /// <value><see langword="null"/>: any.</value>
    public string? Words { get; init; }

    /// <summary>Whether an error is this one.</summary>
    internal bool Fits(LlmException error, string vendor) =>
        (Vendor is null || Vendor.Equals(vendor, StringComparison.OrdinalIgnoreCase))
        && (Status is null || Status == error.StatusCode)
        && (Code is null || Code.Equals(error.ProviderCode, StringComparison.OrdinalIgnoreCase))
        && (Words is null || error.Message.Contains(Words, StringComparison.OrdinalIgnoreCase));

    /// <summary>Throws for a row that fits everything or means nothing.</summary>
    internal void Check()
    {
        if (!Enum.IsDefined(Kind))
            throw new ArgumentException($"RouterOptions.KnownErrors holds the kind {Kind}, which is no LlmErrorKind.", nameof(Kind));
        if (Vendor is null && Status is null && string.IsNullOrEmpty(Code) && string.IsNullOrEmpty(Words))
        {
            throw new ArgumentException(
                $"RouterOptions.KnownErrors holds a row for {Kind} that fits every error; set Vendor, Status, Code or Words.",
                nameof(Kind));
        }
    }
}
