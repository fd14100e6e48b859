using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>
/// Reads answers of <c>/completion</c>. Each line of a stream holds the whole text so far and the whole usage so far; the line whose status
/// is not PARTIAL is the last. Each line's new text goes to the consumer; usage and calls go with the last line only. The text is cut at
/// the first stop sequence, because the vendor has no such option. When the last line has a different text, the vendor has withdrawn the
/// first one.
/// </summary>
/// <remarks>
/// An unreadable line is treated as in streams of deltas: skipped once in a live stream, where it does no harm because the next line
/// repeats everything; a second one, or one before the first text, ends the attempt.
/// </remarks>
internal sealed class YandexGptAnswerReader(ProviderInfo info, StopCut? stop) : AnswerReader(info)
{
    private const string StatusPrefix = "ALTERNATIVE_STATUS_";
    private const string Partial = "PARTIAL";
    private const string Filtered = "CONTENT_FILTER";

    // A whole stream that a proxy joined has fewer values. Bounded, because an empty value takes fifty times its bytes in memory.
    private const int MostLines = 10_000;

    /// <summary>The beginning of the content filter's answer. Some models send it with the status of an ordinary answer.</summary>
    private const string Refusal = "В интернете есть много сайтов с информацией на эту тему.";

    private static readonly List<(string Name, string Arguments)> NoCalls = [];

    private static readonly JsonReaderOptions Options = JsonRead.Options with { AllowMultipleValues = true };

    private readonly YandexGptText _text = new();
    private string? _status;
    private string? _modelVersion;
    private UsageDetails? _usage;
    private bool _calledTools;
    private bool _handedOut;
    private bool _hasMoved;
    private bool _hasSaid;
    private int _size;

    // The text that replaces a withdrawn one; null while nothing is withdrawn.
    private string? _final;

    public override UsageDetails? UntoldUsage => IsComplete ? null : _usage;

    public override ChatResponseUpdate? ReadEvent(ReadOnlySpan<byte> data, bool isError)
    {
        _hasMoved = false;
        var contents = new List<AIContent>();
        foreach (var line in Lines(data))
            Take(line, data, contents);
        if (_status is not null || stop is { IsCut: true })
        {
            // Nothing after the stop sequence is needed: closing the connection stops the generation and its cost.
            IsComplete = IsLast = true;
            AddHeld(contents);
        }

        var final = IsComplete ? _final : null;
        if (final is not null && !_handedOut)
        {
            // The whole answer came in one event, and nothing was handed out.
            UseFinal(contents);
            final = null;
        }

        _handedOut |= contents.Count > 0;
        if (IsComplete && _usage is { } usage)
            contents.Add(new UsageContent(usage));
        if (contents.Count == 0 && !IsComplete)
            return _hasMoved ? Progress : null;
        return new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            Contents = contents,
            ModelId = ModelId,
            FinishReason = !IsComplete || HasFailed ? null : _final is not null && final is null ? FinalReason() : FinishReason(),
            RawRepresentation = final is null ? null : new ReplacedText(final, FinalReason()),
            AdditionalProperties = IsComplete ? More() : null,
        };
    }

    /// <summary>The text so far was handed out before: it is part of the failed attempt.</summary>
    public override ChatResponseUpdate? Finish()
    {
        RefuseFailed();
        return null;
    }

    public override ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        var contents = new List<AIContent>();
        var lines = Lines(body);
        foreach (var line in lines)
            Take(line, body, contents);
        AddHeld(contents);
        UseFinal(contents);
        RefuseFailed();
        // Protobuf omits an unspecified status; a body with an answer is complete all the same.
        IsComplete = _status is not null || lines is [{ Status: null, HasAlternative: true }];
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents))
        {
            ModelId = ModelId,
            FinishReason = _final is null ? FinishReason() : FinalReason(),
            Usage = _usage,
            AdditionalProperties = More(),
        };
    }

    /// <summary>Nothing was handed out: if the vendor withdrew its text, the final text is the answer.</summary>
    private void UseFinal(List<AIContent> contents)
    {
        if (_final is not { } final)
            return;
        contents.RemoveAll(c => c is TextContent);
        if (final.Length > 0)
            contents.Insert(0, new TextContent(final));
    }

    private string ModelId { get; } = info.Model;

    /// <summary>The values of a line: one, or several when a proxy has joined lines.</summary>
    private List<YandexGptLine> Lines(ReadOnlySpan<byte> data)
    {
        var lines = new List<YandexGptLine>(1);
        var reader = new Utf8JsonReader(data, Options);
        while (reader.Read())
        {
            if (lines.Count == MostLines)
                throw LineReader.TooLarge($"more than {MostLines} values in one line");
            var start = (int)reader.TokenStartIndex;
            var line = YandexGptLine.Read(ref reader);
            if (line.IsError)
            {
                var serverError = ServerError.Read(data[start..(int)reader.BytesConsumed]);
                throw Reported(YandexGptErrors.KindInStream(serverError), serverError, serverError.Code);
            }

            lines.Add(line);
        }

        return lines;
    }

    private void Take(YandexGptLine line, ReadOnlySpan<byte> data, List<AIContent> contents)
    {
        if (_status is not null)
            return;
        var status = line.Status?.StartsWith(StatusPrefix, StringComparison.Ordinal) == true
            ? line.Status[StatusPrefix.Length..]
            : line.Status;
        status = status?.Trim();
        Measure(line, data.Length);
        _usage = line.Usage ?? _usage;
        _modelVersion = line.ModelVersion ?? _modelVersion;
        if (line.Text is { } text && _text.Take(data[text], isLast: status is not (null or "" or Partial)) is { Length: > 0 } piece)
            Say(piece, contents);
        if (status is Partial or "")
            return;
        _status = status;
        // A filter that removes everything sends an empty text, which protobuf omits.
        if (status == Filtered && (line.Text is not { } left || data[left].IsEmpty))
            _text.Withdraw();
        if (_text.IsReplaced)
            _final = stop is null ? _text.Replacement : stop.Whole(_text.Replacement);
        foreach (var (name, arguments) in line.Calls ?? NoCalls)
        {
            _calledTools = true;
            // The vendor has no ids; the caller needs one to assign the result.
            contents.Add(ToolJson.Call(CallIds.New(), name, arguments));
        }
    }

    /// <summary>Each line repeats everything, so one that is as long as the last has not moved the answer.</summary>
    private void Measure(YandexGptLine line, int length)
    {
        var size = line.Text is { } text ? text.GetOffsetAndLength(length).Length : 0;
        foreach (var (name, arguments) in line.Calls ?? NoCalls)
            size += name.Length + arguments.Length;
        _hasMoved |= size > 0 && size != _size;
        _hasSaid |= size > 0;
        _size = size;
    }

    private void Say(string piece, List<AIContent> contents)
    {
        if (stop is not null)
            piece = stop.Take(piece);
        if (piece.Length > 0)
            contents.Add(new TextContent(piece));
    }

    /// <summary>The text that was held back as the possible beginning of a stop sequence; the calls follow it.</summary>
    private void AddHeld(List<AIContent> contents)
    {
        if (stop?.Rest() is { Length: > 0 } held)
            contents.Insert(contents.TakeWhile(c => c is TextContent).Count(), new TextContent(held));
    }

    private ChatFinishReason? FinishReason()
    {
        if (_status == Filtered || _text.IsReplaced || _text.StartsWith(Refusal))
            return ChatFinishReason.ContentFilter;
        return ReasonOfStatus();
    }

    /// <summary>The finish reason of a text that replaces a withdrawn one.</summary>
    private ChatFinishReason? FinalReason() =>
        _status == Filtered || _final?.StartsWith(Refusal, StringComparison.Ordinal) == true
            ? ChatFinishReason.ContentFilter
            : ReasonOfStatus();

    private ChatFinishReason? ReasonOfStatus()
    {
        if (_calledTools)
            return ChatFinishReason.ToolCalls;
        return _status switch
        {
            null => stop is { IsCut: true } ? ChatFinishReason.Stop : null,
            "FINAL" => ChatFinishReason.Stop,
            "TOOL_CALLS" => ChatFinishReason.ToolCalls,
            "TRUNCATED_FINAL" when stop is { IsCut: true } => ChatFinishReason.Stop,
            "TRUNCATED_FINAL" => ChatFinishReason.Length,
            // An unknown status ends the answer too; its name decides the finish reason.
            var other => new ChatFinishReason(other.ToLowerInvariant()),
        };
    }

    /// <summary>Whether the answer ended by a failure, or by a status that is not known and without a text.</summary>
    private bool HasFailed =>
        _status is { } status && stop is not { IsCut: true } && (IsFailure(status) || (!_hasSaid && !IsKnown(status)));

    /// <summary>The API has no such status. Proxies and later versions may; none of them says that the answer is whole.</summary>
    private static bool IsFailure(string status) =>
        status is "ERROR" or "INTERNAL_ERROR" or "FAILED" or "ABORT" or "ABORTED" or "CANCELLED" or "CANCELED" or "TIMEOUT";

    private static bool IsKnown(string status) => status is "FINAL" or "TRUNCATED_FINAL" or "TOOL_CALLS" or "UNSPECIFIED" or Filtered;

    private void RefuseFailed()
    {
        if (!HasFailed)
            return;
        throw Reported(
            IsFailure(_status!) ? LlmErrorKind.ServerError : LlmErrorKind.MalformedResponse,
            new ServerError($"the answer ended with the status {_status}", null, null),
            _status);
    }

    private AdditionalPropertiesDictionary? More() => _modelVersion is null ? null : new() { ["modelVersion"] = _modelVersion };
}
