using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>The members of an SDK's exception type that hold status, body, code, id and headers, found by their public
/// names.</summary>
/// <remarks>No SDK is referenced. In a trimmed application <see cref="SdkTypes"/> keeps the members of the best-known SDKs; a trimmed
/// member of another SDK counts as missing.</remarks>
internal sealed class SdkExceptionShape
{
    // A getter may read a stream that never ends. A correct one takes less time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A machine may pause for a second, so a type is skipped only after several time-outs, and only for a while.
    private const int MostStrikes = 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly PropertyInfo? _status;
    private readonly PropertyInfo? _wait;
    private readonly PropertyInfo? _body;
    private readonly PropertyInfo? _code;
    private readonly PropertyInfo? _type;
    private readonly PropertyInfo? _id;
    private readonly PropertyInfo? _headers;
    private readonly PropertyInfo? _error;
    private readonly PropertyInfo? _responseProperty;
    private readonly MethodInfo? _response;
    private volatile bool _isQuick;
    private volatile int _strikes;
    private volatile int _stuck;
    private long _lastStrike;

    public SdkExceptionShape(Type type)
    {
        SdkTypes.Keep(type);
        _isQuick = type == typeof(HttpRequestException);
        // A string property of that name is no HTTP status; an enum may be gRPC's.
        _status = Array.Find(
            ["StatusCode", "Status", "HttpStatusCode"], n => SdkMembers.Property(type, n) is { } p && IsStatus(p.PropertyType)) is { } name
            ? SdkMembers.Property(type, name)
            : null;
        _wait = SdkMembers.Property(type, "RetryAfter") is { } wait && Bare(wait.PropertyType) == typeof(TimeSpan) ? wait : null;
        _body = SdkMembers.Property(type, "ResponseBody", "ResponseContent", "ErrorBody", "Body", "Content", "Details");
        _code = SdkMembers.Property(type, "ErrorCode", "Code");
        _type = SdkMembers.Property(type, "ErrorType", "Type");
        _id = SdkMembers.Property(type, "RequestId", "RequestID");
        _headers = SdkMembers.Property(type, "ResponseHeaders", "Headers");
        _error = SdkMembers.Property(type, "Error", "ErrorResponse");
        _response = SdkMembers.Method(type, "GetRawResponse");
        _responseProperty = SdkMembers.Property(type, "RawResponse", "Response");
    }

    /// <summary>Whether exceptions of this type have an HTTP status at all: then one with an empty status got no answer.</summary>
    public bool HasStatus =>
        _status is not null && (Bare(_status.PropertyType) == typeof(int) || Bare(_status.PropertyType) == typeof(HttpStatusCode));

    /// <summary>The fields of an exception, read in bounded time; null when its getters do not return.</summary>
    /// <remarks>The first exception of each type is read on a thread of its own. If its getters return, the type is trusted. A type whose
    /// getters timed out several times is skipped for a while, and as long as the threads that called them still wait.</remarks>
    public SdkErrorFields? Read(Exception exception)
    {
        if (_isQuick)
            return ReadNow(exception);
        if (_strikes >= MostStrikes
            && (_stuck >= MostStrikes || TimeProvider.System.GetElapsedTime(Volatile.Read(ref _lastStrike)) < Pause))
        {
            return null;
        }

        SdkErrorFields? fields = null;
        var isLate = 0;
        var reading = new Thread(() =>
        {
            Volatile.Write(ref fields, SdkMembers.Quietly(() => ReadNow(exception)) as SdkErrorFields);
            if (Interlocked.Exchange(ref isLate, 1) == 1)
                Interlocked.Decrement(ref _stuck);
        })
        { IsBackground = true, Name = "Orchestrator reads an exception" };
        reading.Start();
        if (reading.Join(Patience))
        {
            _isQuick = true;
            return Volatile.Read(ref fields);
        }

        Volatile.Write(ref _lastStrike, TimeProvider.System.GetTimestamp());
        Interlocked.Increment(ref _strikes);
        Interlocked.Increment(ref _stuck);
        // It may have returned in the meantime.
        if (Interlocked.Exchange(ref isLate, 1) == 1)
            Interlocked.Decrement(ref _stuck);
        return null;
    }

    private SdkErrorFields ReadNow(Exception exception)
    {
        var status = SdkMembers.Value(_status, exception);
        var response = _response is null
            ? SdkMembers.Value(_responseProperty, exception)
            : SdkMembers.Quietly(() => _response.Invoke(exception, null));
        var headers = SdkMembers.Value(_headers, exception)
            ?? (response is null ? null : SdkMembers.Value(SdkMembers.Property(response.GetType(), "Headers"), response));
        var body = SdkMembers.Value(_body, exception) is var held && held is HttpContent content
            ? SdkContent.Text(content)
            : SdkMembers.Text(held)
            ?? (response is null ? null : BodyOf(response));
        var message = SdkMembers.Text(SdkMembers.Quietly(() => exception.Message));
        var code = StatusOf(status ?? (response as HttpResponseMessage)?.StatusCode);
        var error = ErrorOf(exception, body, message, out var isKnown);
        return new SdkErrorFields(code, status is Enum ? status.ToString() : null, error)
        {
            IsPage = !isKnown && IsPage(code, SdkHeaders.Of(headers, "Content-Type"), body, message),
            Wait = SdkMembers.Value(_wait, exception) as TimeSpan?,
            RequestId = SdkMembers.Text(SdkMembers.Value(_id, exception))
                ?? SdkHeaders.Of(headers, "x-request-id") ?? SdkHeaders.Of(headers, "request-id"),
            RetryAfterMs = SdkHeaders.Of(headers, "retry-after-ms"),
            RetryAfter = SdkHeaders.Of(headers, "Retry-After"),
            Date = SdkHeaders.Of(headers, "Date"),
        };
    }

    private static string? BodyOf(object response) =>
        SdkMembers.Text(response)
        ?? SdkContent.Text((response as HttpResponseMessage)?.Content)
        ?? SdkMembers.Text(SdkMembers.Value(SdkMembers.Property(response.GetType(), "Content", "Body"), response));

    private static bool IsPage(int? status, string? type, string? body, string? message)
    {
        if (status is not { } code)
            return false;
        var isHtml = type?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) is true
            || (body is null && GatewayPage.IsQuotedIn(message));
        return GatewayPage.Is(code, isHtml, Encoding.UTF8.GetBytes(body ?? ""));
    }

    // Members first, then the body, then JSON in the message. Texts are read by the table of kinds only and never shown.
    private ServerError ErrorOf(Exception exception, string? body, string? message, out bool isKnown)
    {
        var serverError = ServerError.Read(Encoding.UTF8.GetBytes(body ?? ""));
        if (!serverError.IsKnown && message?.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at)
        {
            serverError = ServerError.Read(
                Encoding.UTF8.GetBytes(message[at..(message.LastIndexOf('}') is var end && end > at ? end + 1 : message.Length)]));
        }

        var error = SdkMembers.Value(_error, exception) is { } found and not Exception ? found : null;
        // The error is JSON itself, or a text.
        var words = SdkMembers.Text(error);
        if (!serverError.IsKnown && words is not null)
        {
            serverError = ServerError.Read(Encoding.UTF8.GetBytes(words)) is { IsKnown: true } read
                ? read
                : serverError with { Message = words.Length > 0 ? words : null };
        }

        isKnown = serverError.IsKnown;
        return serverError with
        {
            Message = serverError.Message ?? Of(error, "Message") ?? body ?? message,
            Code = SdkMembers.Text(SdkMembers.Value(_code, exception)) ?? serverError.Code ?? Of(error, "Code"),
            Type = SdkMembers.Text(SdkMembers.Value(_type, exception)) ?? serverError.Type ?? Of(error, "Type") ?? Of(error, "Status"),
            Wait = serverError.Wait ?? ToldWait.InText(message),
        };
    }

    private static string? Of(object? target, string name) =>
        target is null ? null : SdkMembers.Text(SdkMembers.Value(SdkMembers.Property(target.GetType(), name), target));

    // Only a status of a failure.
    private static int? StatusOf(object? value) => value switch
    {
        int number => number,
        Enum other => (SdkMembers.Quietly(() => Convert.ToInt32(other, CultureInfo.InvariantCulture)) as int?) ?? 0,
        _ => (int?)null,
    } is { } status and >= 300 and < 600 ? status : null;

    private static bool IsStatus(Type type) => Bare(type) == typeof(int) || Bare(type).IsEnum;

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
