using System.Globalization;

namespace Orchestrator.Providers;

/// <summary>Maps Yandex's errors to kinds: by gRPC code, HTTP status, and the English text, which is the most
/// precise.</summary>
internal static class YandexGptErrors
{
    /// <summary>The wait after the quota of simultaneous calls was hit. Yandex names no time; its own SDK starts with
    /// this.</summary>
    public static readonly TimeSpan SoonAfterGauge = TimeSpan.FromSeconds(1);

    /// <summary>The wait after an hourly quota was hit: the longest time that a router excludes a provider.</summary>
    public static readonly TimeSpan LaterAfterRate = TimeSpan.FromSeconds(60);

    /// <summary>The kind, or null to use the status.</summary>
    public static LlmErrorKind? KindOf(int status, string? message) => status switch
    {
        400 when Says(message, "input tokens must be no more than") => LlmErrorKind.ContextLengthExceeded,
        400 when Says(message, "parse model URI") => LlmErrorKind.ModelNotFound,
        403 when Says(message, "billing") => LlmErrorKind.QuotaExceeded,
        _ => null,
    };

    /// <summary>The kind of an error under status 200, by its gRPC code.</summary>
    public static LlmErrorKind KindInStream(ServerError serverError)
    {
        var status = !int.TryParse(serverError.Code, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? 500 : code switch
        {
            3 or 9 or 11 => 400,
            4 => 504,
            5 => 404,
            7 => 403,
            8 => 429,
            14 => 503,
            16 => 401,
            >= 400 and < 600 => code,
            _ => 500,
        };
        return KindOf(status, serverError.Message) ?? ErrorTable.KindOf(status, serverError) ?? StatusKinds.FromStatus(status);
    }

    /// <summary>Tells the two quotas under 429 apart: simultaneous calls, which is over when one ends, and calls in a time window, which is
    /// not.</summary>
    public static TimeSpan? WaitAfter(LlmErrorKind kind, string? message) =>
        kind != LlmErrorKind.RateLimited ? null
        : Says(message, "gauge") || Says(message, "PerSecond") ? SoonAfterGauge
        : Says(message, "rate quota") ? LaterAfterRate
        : null;

    public static bool Says(string? message, string words) => message?.Contains(words, StringComparison.OrdinalIgnoreCase) ?? false;
}
