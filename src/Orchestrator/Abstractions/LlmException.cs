namespace Orchestrator;

/// <summary>A failed attempt or call: what went wrong, where, and what the vendor reported, as data.</summary>
/// <remarks>The message never holds a prompt, an answer, a header or a key, and <see cref="ToString"/> no more than messages of this kind.
/// The inner exception may be another library's, and its own message may hold them.</remarks>
/// <param name="kind">Why it failed.</param>
/// <param name="message">What was expected, what came, and what to do.</param>
/// <param name="inner">The cause, if another exception was.</param>
public class LlmException(LlmErrorKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    private string? _providerName;
    private string? _model;
    private int? _statusCode;
    private string? _requestId;
    private string? _partialText;
    private object? _claimedBy;

    private LlmException(LlmException source, LlmErrorKind kind, string message, Exception? inner)
        : this(kind, message, inner)
    {
        _providerName = source._providerName;
        _model = source._model;
        _statusCode = source._statusCode;
        _requestId = source._requestId;
        _partialText = source._partialText;
        IsRequestFault = source.IsRequestFault;
        IsOfRouter = source.IsOfRouter;
        ProviderCode = source.ProviderCode;
        RetryAfter = source.RetryAfter;
    }

    /// <summary>Why it failed.</summary>
    /// <value>A kind that is not defined becomes <see cref="LlmErrorKind.Unknown"/>.</value>
    public LlmErrorKind Kind { get; } = Enum.IsDefined(kind) ? kind : LlmErrorKind.Unknown;

    /// <summary>The provider that failed. The router fills it in when the provider did not.</summary>
    public string? ProviderName { get => _providerName; init => _providerName = value; }

    /// <summary>The model that was asked. The router fills it in when the provider did not.</summary>
    public string? Model { get => _model; init => _model = value; }

    /// <summary>The HTTP status, when there was one.</summary>
    public int? StatusCode { get => _statusCode; init => _statusCode = value; }

    /// <summary>The vendor's own error code, as text; the type of the error where there is no code or it repeats the HTTP status.</summary>
    public string? ProviderCode { get; init; }

    /// <summary>The vendor's id of the failed request, to quote to its support.</summary>
    public string? RequestId { get => _requestId; init => _requestId = value; }

    /// <summary>How long the vendor asked to wait. Never negative: a negative value becomes zero.</summary>
    public TimeSpan? RetryAfter { get; init => field = value < TimeSpan.Zero ? TimeSpan.Zero : value; }

    /// <summary>The text of the answer that had arrived, without reasoning and tool calls, at most its first 65,536 characters. Never part
    /// of <see cref="Exception.Message"/>.</summary>
    public string? PartialText { get => _partialText; init => _partialText = value; }

    /// <summary>Whether the request itself is at fault and nothing was sent: every provider would fail in the same way, so none is
    /// asked.</summary>
    internal bool IsRequestFault { get; init; }

    /// <summary>Whether a router threw it before it had asked any provider: to a router around that one it says nothing of
    /// health.</summary>
    internal bool IsOfRouter { get; init; }

    /// <summary>Types, messages of this library and stacks, as the log shows them. Messages and data of other libraries' inner exceptions
    /// are not shown, because they may quote a prompt or a key: read <see cref="Exception.InnerException"/> for them.</summary>
    /// <returns>The error in several lines.</returns>
    public override string ToString() => ErrorText.Of(this);

    /// <summary>
    /// This exception, for the first attempt that reports it; a copy without its text for every further one. A provider may throw one
    /// object again and again, and one caller's text must not reach another.
    /// </summary>
    internal LlmException ClaimedBy(object attempt)
    {
        if (Interlocked.CompareExchange(ref _claimedBy, attempt, null) is null || GetType() != typeof(LlmException))
            return this;
        return new LlmException(this, Kind, Message, this) { _partialText = null, _claimedBy = attempt };
    }

    /// <summary>A copy with all data of this exception, so that each caller gets its own stack trace.</summary>
    /// <param name="inner">The cause of the copy: this exception, or this exception's own cause.</param>
    /// <param name="kind">Another kind; null for the same.</param>
    /// <param name="message">Another message; null for the same.</param>
    internal LlmException Copy(Exception? inner, LlmErrorKind? kind = null, string? message = null) =>
        new(this, kind ?? Kind, message ?? Message, inner);

    internal void KeepPartialText(string text) => _partialText ??= text;

    internal void FillIn(ProviderInfo provider)
    {
        _providerName ??= provider.Name;
        _model ??= provider.Model;
    }

    internal void FillIn(int statusCode, string? requestId)
    {
        _statusCode ??= statusCode;
        _requestId ??= requestId;
    }
}
