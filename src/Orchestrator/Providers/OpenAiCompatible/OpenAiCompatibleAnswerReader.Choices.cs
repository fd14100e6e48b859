using System.Text.Json;

namespace Orchestrator.Providers;

// The choices of an event or a whole answer, and the usage wherever it stands.
internal sealed partial class OpenAiCompatibleAnswerReader
{
    private void ReadChoices(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return;
        var first = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // The request asks for one choice; the first is the answer.
            if (first && JsonRead.TryEnterObject(ref reader))
                ReadChoice(ref reader);
            else
                reader.Skip();
            first = false;
        }
    }

    private void ReadChoice(ref Utf8JsonReader reader)
    {
        Utf8JsonReader message = default;
        var hasMessage = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("delta"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadDelta(ref reader);
            }
            else if (field.SequenceEqual("message"u8))
            {
                reader.Read();
                hasMessage = reader.TokenType == JsonTokenType.StartObject;
                message = reader;
                reader.Skip();
            }
            else if (field.SequenceEqual("finish_reason"u8))
            {
                reader.Read();
                if (JsonRead.Text(ref reader)?.Trim() is { Length: > 0 } reason)
                    FinishWith(reason);
            }
            else if (field.SequenceEqual("usage"u8))
            {
                ReadUsage(ref reader);
            }
            else if (field.SequenceEqual("error"u8))
            {
                ReadError(ref reader);
            }
            else
            {
                JsonRead.SkipNext(ref reader);
            }
        }

        // A whole message repeats what deltas have said: it counts only where none has come.
        if (!hasMessage || _hasDelta)
            return;
        _hasChoice = true;
        _message.Read(ref message, _isWhole);
    }

    private void ReadDelta(ref Utf8JsonReader reader)
    {
        _hasChoice = true;
        var (before, had) = (_message.Contents?.Count ?? 0, _message.HasMoved);
        _message.Read(ref reader, isWhole: false);
        _hasDelta |= (_message.Contents?.Count ?? 0) > before || (_message.HasMoved && !had);
    }

    private void ReadError(ref Utf8JsonReader reader)
    {
        var look = reader;
        _failed |= JsonRead.NextIsError(ref look);
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        _choiceError = start..(int)reader.BytesConsumed;
    }

    /// <summary>Usage and errors that a server puts into an object of its own.</summary>
    private void ReadInner(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = JsonRead.Name(ref reader);
            if (field.SequenceEqual("usage"u8))
                ReadUsage(ref reader);
            else if (field.SequenceEqual("error"u8))
                ReadError(ref reader);
            else
                JsonRead.SkipNext(ref reader);
        }
    }

    private void ReadUsage(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return;
        var usage = default(OpenAiCompatibleUsage);
        usage.Read(ref reader);
        if (usage.HasAny)
            _usage = usage.ToDetails();
    }

    private static bool IsError(ref Utf8JsonReader reader)
    {
        reader.Read();
        var isError = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("error"u8);
        reader.Skip();
        return isError;
    }

    /// <summary>An answer whose end means a failure has failed, whatever text came before.</summary>
    private void FinishWith(string reason)
    {
        _hasChoice = true;
        if (FinishNames.FailureOf(reason) is null)
        {
            _finish = FinishNames.Of(reason);
            return;
        }

        (_failed, _failedEnd) = (true, reason);
    }
}
