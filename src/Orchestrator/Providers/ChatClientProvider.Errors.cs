namespace Orchestrator.Providers;

// Turns the client's exceptions into errors of the router.
public sealed partial class ChatClientProvider
{
    /// <summary>Reads exceptions of the client that the provider does not understand: the error, or <see langword="null"/> to have the
    /// exception read as usual.</summary>
    /// <value><see langword="null"/>: none.</value>
    /// <remarks>
    /// <para>Asked first, for whole answers and for streams, about every exception but an <see cref="LlmException"/> and the caller's own
    /// cancellation. What it returns is used as it is; the router fills in <see cref="LlmException.ProviderName"/> and
    /// <see cref="LlmException.Model"/>. Its message should quote neither prompt nor key.</para>
    /// <para>It may be called by many threads at once. One that throws counts as one that returned <see langword="null"/>.</para>
    /// </remarks>
    public Func<Exception, LlmException?>? MapException { get; init; }

    private LlmException Failure(Exception exception, LlmRequest request, CancellationToken cancellationToken, bool started = false)
    {
        if (Asked(exception) is { } own)
            return own;
        // The client's key is not known here; the request is.
        return ExceptionMapper.Map(exception, cancellationToken, started, request: request);
    }

    private LlmException? Asked(Exception exception)
    {
        try
        {
            return MapException?.Invoke(exception);
        }
#pragma warning disable CA1031
        catch (Exception)
#pragma warning restore CA1031
        {
            // The caller must see the client's failure, not that of the mapper.
            return null;
        }
    }
}
