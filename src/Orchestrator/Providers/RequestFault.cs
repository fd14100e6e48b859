namespace Orchestrator.Providers;

/// <summary>
/// What goes wrong while a request is built, before anything is sent: a fault of the request, which every provider would meet, and so no
/// reason to blame or to avoid one.
/// </summary>
internal static class RequestFault
{
    /// <summary>Builds a part of a request; whatever the caller's own objects throw at that becomes an invalid request.</summary>
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
    /// <remarks>What our own writers refuse is told already. Any other error, also one of a router that a getter asks, came out of the
    /// caller's objects. Memory that runs out and the attempt's own cancellation stay what they are.</remarks>
    public static bool IsIn(Exception error, CancellationToken cancellationToken) => error switch
    {
        OutOfMemoryException => false,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        LlmException { Kind: LlmErrorKind.InvalidRequest or LlmErrorKind.NotSupported } => error.GetType() != typeof(LlmException),
        _ => true,
    };

    /// <summary>The same for one value of the request, where the token is not known: a cancellation is left to
    /// <see cref="Guard"/>.</summary>
    public static bool IsInValue(Exception error) => error is not OperationCanceledException && IsIn(error, CancellationToken.None);

    /// <summary>The error, which names types and options only: the text of a foreign exception may quote the prompt.</summary>
    /// <param name="error">What was thrown; kept as the inner exception.</param>
    /// <param name="what">The part of the request that cannot be written.</param>
    public static LlmException Of(Exception error, string what) => new(
        LlmErrorKind.InvalidRequest,
        $"{what} cannot be written into the body that is sent: reading it threw {error.GetType().FullName}. Expected are finite "
            + "numbers, objects without cycles, schemas and elements of a JSON document that is not disposed of, and getters and "
            + "converters that do not throw. "
            + "Nothing was sent; correct the request, the inner exception says more.",
        error);
}
