using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Turns the events of one answer into updates, by the vendor's protocol. Made for one attempt. Throws <see cref="LlmException"/> for
/// an error the server reports inside the stream and <see cref="System.Text.Json.JsonException"/> (or what the JSON reader throws) for what
/// it cannot read.
/// </summary>
internal abstract class AnswerReader(ProviderInfo info)
{
    private const int MostPassedOver = 8;
    private int _passedOver;
    private ChatResponseUpdate? _progress;

    /// <summary>Whether the completion mark was seen: only then is the answer whole.</summary>
    public bool IsComplete { get; protected set; }

    /// <summary>Whether nothing can follow: reading may stop.</summary>
    public bool IsLast { get; protected set; }

    /// <summary>Makes a text of the server's safe to show in a message.</summary>
    public ShownWords Shown { get; set; } = static (words, request, _) => ServerError.Excerpt(PromptEcho.Cut(words, request));

    /// <summary>The request that is answered: an error must not repeat it.</summary>
    public LlmRequest? Request { get; set; }

    /// <summary>The response with the answer.</summary>
    public HttpResponseMessage? Response { get; set; }

    /// <summary>The update for an event that moved the answer and has nothing for the consumer. One object an answer.</summary>
    protected ChatResponseUpdate Progress => _progress ??= AnswerProgress.NewUpdate();

    protected ProviderInfo Info => info;

    /// <summary>Reads one event of a stream; null when it neither moves the answer nor carries anything for the consumer.</summary>
    /// <param name="data">The event's bytes.</param>
    /// <param name="isError">Whether the server named the event an error.</param>
    public abstract ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> data, bool isError);

    /// <summary>Counts an unreadable event after a complete answer. A few may precede the usage; many of them end the wait for
    /// it.</summary>
    public void PassOver() => IsLast |= ++_passedOver >= MostPassedOver;

    /// <summary>Reads an answer that came in one body.</summary>
    public abstract ChatResponse ReadWhole(ReadOnlySpan<byte> body);

    /// <summary>The update to send after the last event, such as tool calls that came in parts; null for none.</summary>
    public virtual ChatResponseUpdate? Finish() => null;

    /// <summary>The usage that the vendor reported before the stream broke off and that no update carried; null for none.</summary>
    public virtual UsageDetails? UntoldUsage => null;

    /// <summary>An error that came under status 200.</summary>
    protected LlmException Reported(LlmErrorKind kind, ServerError serverError, string? code = null, string? partialText = null)
    {
        var excerpt = Shown(serverError.Message, Request, Response);
        return new LlmException(
            kind, $"{info.Name} ({info.Model}) reported an error under HTTP 200{(excerpt.Length > 0 ? $": {excerpt}" : "")}")
        {
            ProviderName = info.Name,
            Model = info.Model,
            StatusCode = 200,
            RetryAfter = serverError.WaitAfter(null, kind),
            ProviderCode = code is null ? null : Shown(code, Request, Response),
            PartialText = partialText,
        };
    }
}

/// <summary>Makes a server's text safe to show: one line that repeats neither the request nor the credentials.</summary>
internal delegate string ShownWords(string? words, LlmRequest? request, HttpResponseMessage? response);
