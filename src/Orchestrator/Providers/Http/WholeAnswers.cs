using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Answers that come in one body.</summary>
internal sealed class WholeAnswers(VendorApi api, HttpQuestions questions, BodyReader bodies, ResponseErrors errors)
{
    private readonly ShownWords _shown = errors.Shown;

    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await questions.AskAsync(request, cancellationToken).ConfigureAwait(false);
        var reader = ReaderFor(request, response);
        ChatResponse answer;
        using (var body = await bodies.ReadAsync(response, HttpCaps.Body, cancellationToken).ConfigureAwait(false))
            answer = Read(reader, response, body.Span);
        yield return WholeAnswer.From(answer);
    }

    public AnswerReader ReaderFor(LlmRequest request, HttpResponseMessage response)
    {
        var reader = api.NewReader(request);
        (reader.Shown, reader.Request, reader.Response) = (_shown, request, response);
        return reader;
    }

    public ChatResponse Read(AnswerReader reader, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        ChatResponse answer;
        try
        {
            errors.RefuseEmptyOrHtml(response, body);
            answer = reader.ReadWhole(body);
        }
        catch (LlmException error)
        {
            throw errors.Seen(error, response, reader.Request);
        }
        catch (Exception error) when (ResponseErrors.IsMalformed(error))
        {
            throw errors.Malformed(response, error, "an answer", reader.Request);
        }

        return reader.IsComplete
            ? answer
            : throw errors.Malformed(response, "answered with JSON that is no chat answer. Check the base address.", reader.Request);
    }
}
