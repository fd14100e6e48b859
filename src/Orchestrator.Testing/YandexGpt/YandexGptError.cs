using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>Errors in Yandex's words: in one shape for completions, in another for everything else.</summary>
internal static class YandexGptError
{
    public const string RequestId = "fa4e0000-0000-4000-8000-0000000000e1";

    private static readonly KeyValuePair<string, string>[] Headers =
        [new("x-request-id", RequestId), new("x-server-trace-id", "fake-trace:e1"), new("server", "ycalb")];

    public static VendorError Of(int grpcCode, string message, CapturedRequest request) =>
        new(StatusOf(grpcCode), Body(grpcCode, message, IsCompletion(request)), Headers);

    public static VendorError Of(LlmErrorKind kind, string? message, CapturedRequest request)
    {
        var (code, words) = Words(kind);
        return Of(code, message ?? words, request);
    }

    public static VendorError OfStatus(int status, CapturedRequest request) => Of(
        status switch
        {
            400 or 422 => LlmErrorKind.InvalidRequest,
            401 => LlmErrorKind.Authentication,
            403 => LlmErrorKind.Permission,
            404 => LlmErrorKind.ModelNotFound,
            429 => LlmErrorKind.RateLimited,
            503 => LlmErrorKind.Unavailable,
            504 => LlmErrorKind.Timeout,
            _ => LlmErrorKind.ServerError,
        },
        null,
        request) with
    { Status = status };

    /// <summary>The line inside a stream.</summary>
    public static string Line(LlmErrorKind kind, string? message)
    {
        var (code, words) = Words(kind);
        return Body(code, message ?? words, isCompletion: true);
    }

    private static (int Code, string Message) Words(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.Authentication => (16, "Unknown api key"),
        LlmErrorKind.Permission => (7, "Permission denied"),
        LlmErrorKind.QuotaExceeded => (7, "The billing account of the cloud is not linked or is not ACTIVE"),
        LlmErrorKind.RateLimited => (8, "ai.textGenerationCompletionSessionsCount.count gauge quota limit exceed: allowed 10 requests"),
        LlmErrorKind.ModelNotFound => (5, "Model not found"),
        LlmErrorKind.ContextLengthExceeded => (3, "Number of input tokens must be no more than 32768, got 40000"),
        LlmErrorKind.InvalidRequest or LlmErrorKind.ContentFiltered => (3, "empty message text"),
        LlmErrorKind.NotSupported => (12, "not implemented"),
        LlmErrorKind.Unavailable => (14, "service unavailable"),
        LlmErrorKind.Timeout => (4, "deadline exceeded"),
        _ => (13, "internal error"),
    };

    private static bool IsCompletion(CapturedRequest request) => request.Path.EndsWith("/completion", StringComparison.Ordinal);

    private static string Body(int grpcCode, string message, bool isCompletion) => JsonText.Of(json =>
    {
        if (isCompletion)
            json.WriteObject("error", () => WriteError(json, grpcCode, message));
        else
            WriteStatus(json, grpcCode, message);
    });

    private static void WriteError(Utf8JsonWriter json, int grpcCode, string message)
    {
        json.WriteNumber("grpcCode", grpcCode);
        json.WriteNumber("httpCode", StatusOf(grpcCode));
        json.WriteString("message", message);
        json.WriteString("httpStatus", NameOf(StatusOf(grpcCode)));
        json.WriteStartArray("details");
        json.WriteEndArray();
    }

    private static void WriteStatus(Utf8JsonWriter json, int grpcCode, string message)
    {
        json.WriteNumber("code", grpcCode);
        json.WriteString("message", message);
        json.WriteStartArray("details");
        json.WriteStartObject();
        json.WriteString("@type", "type.googleapis.com/google.rpc.RequestInfo");
        json.WriteString("requestId", RequestId);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static int StatusOf(int grpcCode) => grpcCode switch
    {
        3 or 9 or 11 => 400,
        4 => 504,
        5 => 404,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        16 => 401,
        _ => 500,
    };

    private static string NameOf(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        429 => "Too Many Requests",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error",
    };
}
