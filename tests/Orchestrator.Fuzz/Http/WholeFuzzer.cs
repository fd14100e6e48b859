using System.Text.Json;

namespace Orchestrator.Fuzz;

/// <summary>Answers that come as one body.</summary>
internal sealed class WholeFuzzer(Vendor vendor) : ProviderFuzzer(vendor, "whole", vendor.Wholes, vendor.IsChat)
{
    private const string Type = "application/json";
    private static readonly LlmRequest Request = new(Values.Prompt);

    public override void Make(FuzzCase input, Mutator mutator, Dice dice)
    {
        if (dice.OneIn(8))
        {
            var sample = dice.Below(Samples.Count);
            input.Bytes.Set(Samples[sample]);
            input.Bytes.Cut(dice.Below(input.Bytes.Length + 1));
            var whole = Vendor.IsAnswer(Vendor.Wholes[sample]) && input.Bytes.Length > Samples[sample].AsSpan().LastIndexOf((byte)'}');
            input.Expectation = whole ? Expectation.Answer : Expectation.NoAnswer;
        }
        else
        {
            mutator.Make(input.Bytes, Samples, dice);
        }

        Envelope.Fill(input, Type, dice);
        if (input.Expectation == Expectation.Answer && (input.Ending != Ending.Clean || input.Headers[0].Value != Type))
            input.Expectation = Expectation.Any;
    }

    protected override async Task CallAsync(ILlmProvider provider, AnswerRecord record, CancellationToken cancellationToken)
    {
        await foreach (var update in provider.GenerateAsync(Request, cancellationToken))
            record.Add(update);
    }

    protected override void CheckAnswer(FuzzCase input, AnswerRecord record)
    {
        if (input.Ending is not Ending.Clean)
            throw new FuzzFailure("a body that broke off was taken for a whole answer");
    }

    /// <summary>What .NET reads as an object must not be called unreadable, whatever is in it. (Half pairs aside:
    /// names with them cannot be compared.)</summary>
    protected override void CheckError(FuzzCase input, LlmException error)
    {
        var body = input.Bytes.Span;
        if ((body.Length & 3) == 0 && input.UnzippedLength is null
            && error.Message.Contains("cannot be read as JSON", StringComparison.Ordinal)
            && body.IndexOf("\\ud"u8) < 0 && body.IndexOf("\\uD"u8) < 0 && IsObject(body))
            throw new FuzzFailure("an object was called unreadable");
    }

    private static bool IsObject(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(
                body, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
            }

            return isObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
