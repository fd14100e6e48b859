using System.Net.Sockets;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Security.Authentication;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>Turns foreign exceptions into <see cref="LlmException"/>.</summary>
/// <remarks>Messages name the exception's type and what to do, never its text, which may quote a prompt or a key;
/// the inner exception keeps it.</remarks>
internal static class ExceptionMapper
{
    private const int MaxDepth = 8;
    private const int MaxWrappers = 4;

    /// <summary>Whether an exception is passed on unchanged: an LlmException, or the cancellation that was asked for.</summary>
    public static bool Passes(Exception exception, CancellationToken cancellationToken) =>
        exception is LlmException || IsCancellation(exception, cancellationToken);

    /// <summary>The typed form of a provider's exception. The caller's own cancellation is rethrown: it is not a failure.</summary>
    /// <param name="exception">What the provider threw.</param>
    /// <param name="cancellationToken">The token of the attempt.</param>
    /// <param name="started">Whether part of the answer had arrived: then a broken connection is a cut answer.</param>
    /// <param name="advice">What to do about it, or its cause; null for the default of its kind.</param>
    /// <param name="request">The request, which code and id must not repeat; null when it held nothing of a user's.</param>
    public static LlmException Map(
        Exception exception, CancellationToken cancellationToken, bool started = false, string? advice = null, LlmRequest? request = null)
    {
        if (exception is LlmException known)
            return known;
        if (IsCancellation(exception, cancellationToken))
            ExceptionDispatchInfo.Throw(exception);

        var failure = FailureOf(exception, started);
        var kind = failure.Kind;
        return new(kind, $"The provider threw {Describe(exception, failure.Status)}. {advice ?? AdviceFor(kind)}", exception)
        {
            StatusCode = failure.Status,
            ProviderCode = Unsaid(failure.Code, request),
            RequestId = Unsaid(failure.RequestId, request),
            RetryAfter = failure.RetryAfter,
        };
    }

    private static string? Unsaid(string? word, LlmRequest? request)
    {
        try
        {
            return word is null || request is null || PromptEcho.Cut(word, request) == word ? word : null;
        }
#pragma warning disable CA1031 // The caller's own lists may throw. A text that cannot be compared is not shown.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    // SDKs wrap network failures, and their retries wrap a list of them. The inner exceptions of an unknown exception are not searched for
    // a status: it might be that of another service, such as a token service.
    private static SdkFailure FailureOf(Exception exception, bool started)
    {
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            // The status of a tunnel is the proxy's, not the vendor's.
            if (exception is HttpRequestException { StatusCode: { } status, HttpRequestError: not HttpRequestError.ProxyTunnelError })
                return SdkFailure.Read(exception) ?? new((int)status, StatusKinds.FromStatus((int)status));
            if (KindOf(exception) is not LlmErrorKind.Unknown and var kind)
                return new(null, started && kind == LlmErrorKind.Unavailable ? LlmErrorKind.StreamInterrupted : kind);
            if (SdkFailure.Read(exception) is { } failure)
                return failure;
            if (Wrapped(exception) is { } wrapped)
                return wrapped;
            var inner = exception switch
            {
                AggregateException => InnerOf(exception),
                _ when SdkFailure.SpeaksOfHttp(exception) => exception.InnerException,
                { InnerException: HttpRequestException { StatusCode: null } or IOException or SocketException or TimeoutException } =>
                    exception.InnerException,
                _ => null,
            };
            if (inner is null)
                break;
            exception = inner;
        }

        return new(null, LlmErrorKind.Unknown);
    }

    // .NET's general exceptions carry no cause, so the vendor's error inside one is the failure. An error of a router inside one, such as
    // the fault of a request, is not: it belongs to another call.
    private static SdkFailure? Wrapped(Exception exception)
    {
        for (var depth = 0; depth < MaxWrappers && IsWrapper(exception) && InnerOf(exception) is { } inner and not LlmException; depth++)
        {
            if (inner is HttpRequestException { StatusCode: { } status, HttpRequestError: not HttpRequestError.ProxyTunnelError })
                return SdkFailure.Read(inner) ?? new((int)status, StatusKinds.FromStatus((int)status));
            if (KindOf(inner) == LlmErrorKind.Unknown && SdkFailure.Read(inner) is { } failure)
                return failure;
            exception = inner;
        }

        return null;
    }

    // Retries list one failure for each try: the last one counts.
    private static Exception? InnerOf(Exception exception) =>
        exception is AggregateException { InnerExceptions: [.., var last] } ? last : exception.InnerException;

    private static bool IsWrapper(Exception exception) =>
        exception is AggregateException or InvalidOperationException or TargetInvocationException
        || exception.GetType() == typeof(Exception) || exception.GetType() == typeof(ApplicationException)
            || exception.GetType() == typeof(SystemException);

    private static bool IsCancellation(Exception exception, CancellationToken cancellationToken) =>
        exception is OperationCanceledException && cancellationToken.IsCancellationRequested;

    private static LlmErrorKind KindOf(Exception exception) => exception switch
    {
        OperationCanceledException or TimeoutException => LlmErrorKind.Timeout,
        // The response was not HTTP, or its head was too long.
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            LlmErrorKind.MalformedResponse,
        HttpIOException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } =>
            LlmErrorKind.MalformedResponse,
        HttpRequestException or IOException or SocketException or AuthenticationException => LlmErrorKind.Unavailable,
        NotSupportedException or NotImplementedException => LlmErrorKind.NotSupported,
        JsonException or InvalidDataException => LlmErrorKind.MalformedResponse,
        _ => LlmErrorKind.Unknown,
    };

    // Only names of enum members, such as "ConnectionRefused" or "NameResolutionError": they contain nothing of the caller's.
    private static string Describe(Exception exception, int? status)
    {
        var type = exception.GetType().FullName;
        if (status is { } code)
            return $"{type} (HTTP {code})";
        return NetworkCause.Of(exception) is { } cause ? $"{type} ({cause})" : $"{type}";
    }

    private static string AdviceFor(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.Authentication => "Check the key or token the client was built with.",
        LlmErrorKind.Permission => "Check what the credentials are allowed to do.",
        LlmErrorKind.QuotaExceeded => "Check the vendor's balance or package.",
        LlmErrorKind.ModelNotFound => "Check the model's name and the base address.",
        LlmErrorKind.RateLimited => "Ask less often, or add a provider.",
        LlmErrorKind.ServerError => "The vendor's service failed.",
        LlmErrorKind.Unavailable => "Check address, network and certificate, and whether the service runs.",
        LlmErrorKind.Timeout => "It stopped waiting by its own time-out; check its time-outs.",
        LlmErrorKind.MalformedResponse => "The answer was not what the client expected; check the base address.",
        LlmErrorKind.StreamInterrupted => "The connection broke before the answer was complete.",
        LlmErrorKind.ContextLengthExceeded => "Shorten the prompt, or add a provider with a larger window.",
        LlmErrorKind.NotSupported => "This provider cannot do what the request asks.",
        LlmErrorKind.InvalidRequest => "Check messages and options; the inner exception has the vendor's words.",
        _ => "See the inner exception.",
    };
}
