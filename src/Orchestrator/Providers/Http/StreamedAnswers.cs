using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Answers that come event by event. A stream that ends without a completion mark is an error.</summary>
internal sealed class StreamedAnswers(
    VendorApi api, HttpQuestions questions, BodyReader bodies, ResponseErrors errors, WholeAnswers answers, TimeProvider time)
{
    private static readonly TimeSpan AfterCompletion = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await questions.AskAsync(request, cancellationToken).ConfigureAwait(false);
        var reader = answers.ReaderFor(request, response);
        if (api.RequiresEventStream && !MediaTypes.IsEventStream(response))
            throw await NoStreamAsync(reader, response, cancellationToken).ConfigureAwait(false);
        if (api.Framing == StreamFraming.ServerSentEvents && MediaTypes.IsJson(response)
            && await bodies.BeginsAsJsonAsync(response, cancellationToken).ConfigureAwait(false))
        {
            // The server did not stream. A complete answer is accepted; an error under status 200 is thrown.
            using var body = await bodies.ReadAsync(response, HttpCaps.Body, cancellationToken).ConfigureAwait(false);
            yield return WholeAnswer.From(answers.Read(reader, response, body.Span));
            yield break;
        }

        errors.RefuseHtml(response);
        using var lines = new LineReader(await bodies.OpenAsync(response, cancellationToken).ConfigureAwait(false));
        var events = new EventReader(api.Framing);
        var count = 0;
        var skipped = false;
        var left = AfterCompletion;
        Exception? broken = null;
        while (!reader.IsLast)
        {
            while (!reader.IsLast
                && TryNext(lines, ref events, reader, response, ref skipped, ref count, ref broken, out var update))
            {
                if (update is not null)
                    yield return update;
            }

            if (reader.IsLast || broken is not null)
                break;
            // The consumer's time does not count.
            var from = time.GetTimestamp();
            try
            {
                var rest = reader.IsComplete ? left : (TimeSpan?)null;
                if (!await bodies.FillAsync(lines, response, rest, cancellationToken).ConfigureAwait(false))
                    break;
            }
            catch (Exception error) when (error is LlmException or OperationCanceledException)
            {
                broken = error;
                break;
            }

            if (reader.IsComplete)
                left -= time.GetElapsedTime(from);
        }

        while (broken is null && !reader.IsLast
            && TryNext(lines, ref events, reader, response, ref skipped, ref count, ref broken, out var last))
        {
            if (last is not null)
                yield return last;
        }

        if (broken is null && TryFinish(reader, response, count, ref broken) is { } tail)
            yield return tail;
        if (broken is null)
            yield break;
        // The vendor bills an interrupted answer too: its last usage is sent before the error.
        if (UsageSoFar(reader) is { } usage)
            yield return usage;
        ExceptionDispatchInfo.Throw(broken);
    }

    /// <summary>Reads one event from the lines that have arrived; false when more bytes are needed or the stream is broken.</summary>
    private bool TryNext(
        LineReader lines,
        ref EventReader events,
        AnswerReader reader,
        HttpResponseMessage response,
        ref bool skipped,
        ref int count,
        ref Exception? broken,
        out ChatResponseUpdate? update)
    {
        try
        {
            return TryRead(lines, ref events, reader, response, ref skipped, ref count, out update);
        }
        catch (LlmException error)
        {
            (broken, update) = (error, null);
            return false;
        }
    }

    private bool TryRead(
        LineReader lines,
        ref EventReader events,
        AnswerReader reader,
        HttpResponseMessage response,
        ref bool skipped,
        ref int count,
        out ChatResponseUpdate? update)
    {
        update = null;
        while (lines.TryTake(out var line))
        {
            if (!events.TryRead(line, out var data))
                continue;
            // An event after a complete answer may add usage; an error in it does not void the answer.
            var isExtra = reader.IsComplete;
            if (++count > HttpCaps.Events)
                throw errors.Seen(LineReader.TooLarge($"more than {HttpCaps.Events:N0} events"), response, reader.Request);
            try
            {
                update = reader.ReadEvent(data, events.IsError);
                return true;
            }
            catch (Exception error) when (isExtra && (error is LlmException || ResponseErrors.IsMalformed(error)))
            {
                reader.PassOver();
                if (reader.IsLast)
                    return false;
            }
            catch (LlmException error)
            {
                throw errors.Seen(error, response, reader.Request);
            }
            catch (Exception error) when (ResponseErrors.IsMalformed(error))
            {
                var malformed = errors.Malformed(response, error, $"event {count} of its stream", reader.Request);
                if (skipped || api.ThrowsOnMalformedEvent)
                    throw malformed;
                skipped = true;
                update = new ChatResponseUpdate { RawRepresentation = new MalformedEvent(malformed) };
                return true;
            }
        }

        return false;
    }

    private ChatResponseUpdate? TryFinish(AnswerReader reader, HttpResponseMessage response, int count, ref Exception? broken)
    {
        try
        {
            if (reader.IsComplete)
                return reader.Finish();
            broken = errors.Interrupted(count, response, reader.Request);
        }
        catch (LlmException error)
        {
            broken = errors.Seen(error, response, reader.Request);
        }

        return null;
    }

    /// <summary>The last usage of a stream that broke off. A completion count of zero is dropped: the tokenizer counts what
    /// arrived.</summary>
    private static ChatResponseUpdate? UsageSoFar(AnswerReader reader) => reader.UntoldUsage is not { } usage ? null : new()
    {
        Role = ChatRole.Assistant,
        Contents =
        [
            new UsageContent(usage.OutputTokenCount is > 0 ? usage : new UsageDetails
            {
                InputTokenCount = usage.InputTokenCount,
                CachedInputTokenCount = usage.CachedInputTokenCount,
                AdditionalCounts = usage.AdditionalCounts,
            }),
        ],
    };

    /// <summary>The error for a server that did not send the requested stream.</summary>
    private async Task<LlmException> NoStreamAsync(
        AnswerReader reader, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var body = await bodies.ReadErrorAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            if (MediaTypes.IsJson(response) && !body.Span.Trim(" \t\r\n"u8).IsEmpty)
                reader.ReadWhole(body.Span);
        }
        catch (LlmException reported)
        {
            return errors.Seen(reported, response, reader.Request);
        }
        catch (Exception error) when (ResponseErrors.IsMalformed(error))
        {
            // The body is no error either; the message below says what was expected.
        }

        var shown = errors.Shown(MediaTypes.Of(response).ToString(), reader.Request, response);
        var type = shown.Length > 0 ? shown : "no content type";
        return errors.Malformed(
            response,
            $"answered HTTP 200 with {type} where a stream of text/event-stream was asked for. Check the base address, and whether "
            + "a proxy answers in its place.",
            reader.Request);
    }
}
