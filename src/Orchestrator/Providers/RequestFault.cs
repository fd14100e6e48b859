namespace Orchestrator.Providers;

/// <summary>
/// Errors while a request is built, before anything is sent. They are faults of the request: every provider would fail in the same way, so
/// the provider's health is not affected.
/// </summary>
internal static class RequestFault
{
    /// <summary>Builds a part of a request. An exception of the caller's own objects becomes an invalid request.</summary>
    /// <param name="state">What the part is built from.</param>
    /// <param name="build">Builds it.</param>
    /// <param name="cancellationToken">The token of the attempt: its cancellation is no fault of the request.</param>
    /// <exception cref="LlmException">The request cannot be built, or the vendor cannot do what it asks.</exception>
    public static T Guard<TState, T>(TState state, Func<TState, T> build, CancellationToken cancellationToken)
    {
        try
        {
            return build(state);
        }
        catch (Exception error) when (IsIn(error, cancellationToken))
        {
            throw Of(error, "The messages or options of the request");
        }
    }

    /// <summary>Whether an exception that was thrown while the request was built is the request's fault.</summary>
    /// <remarks>An LlmException of this library's writers already has its kind. Any other error, also that of a router which a getter
    /// calls, comes from the caller's objects. OutOfMemoryException and the attempt's own cancellation are passed on unchanged.</remarks>
    public static bool IsIn(Exception error, CancellationToken cancellationToken) => error switch
    {
        OutOfMemoryException => false,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        LlmException { Kind: LlmErrorKind.InvalidRequest or LlmErrorKind.NotSupported } => error.GetType() != typeof(LlmException),
        _ => true,
    };

    /// <summary>The same for one value of the request, where the token is not known: <see cref="Guard"/> handles a
    /// cancellation.</summary>
    public static bool IsInValue(Exception error) => error is not OperationCanceledException && IsIn(error, CancellationToken.None);

    /// <summary>Makes the error. It names types and options only, because the text of a foreign exception may quote the prompt.</summary>
    /// <param name="error">What was thrown; kept as the inner exception.</param>
    /// <param name="what">The part of the request that cannot be written.</param>
    public static LlmException Of(Exception error, string what) => new(
        LlmErrorKind.InvalidRequest,
        $"{what} cannot be written into the body that is sent: reading it threw {error.GetType().FullName}. Expected are finite "
            + "numbers, objects without cycles, schemas and elements of a JSON document that is not disposed of, and getters and "
            + "converters that do not throw. "
            + "Nothing was sent; correct the request, the inner exception says more.",
        error)
    {
        IsRequestFault = true,
    };

    /// <summary>The error for a value that no provider could be sent. What only one vendor refuses is no such fault: another provider may
    /// take it.</summary>
    public static LlmException Of(string message, Exception? inner = null) =>
        new(LlmErrorKind.InvalidRequest, message, inner) { IsRequestFault = true };
}
