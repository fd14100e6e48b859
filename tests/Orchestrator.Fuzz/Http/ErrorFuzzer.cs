namespace Orchestrator.Fuzz;

/// <summary>Errors of any status, with their bodies and headers.</summary>
internal sealed class ErrorFuzzer(Vendor vendor) : ProviderFuzzer(vendor, "errors", vendor.Errors, vendor.IsChat)
{
    private static readonly LlmRequest Request = new(Values.Prompt) { Streaming = true };

    public override void Make(FuzzCase input, Mutator mutator, Dice dice)
    {
        mutator.Make(input.Bytes, Samples, dice);
        do
            input.Status = Envelope.Status(dice);
        while (input.Status == 200);
        input.Expectation = Expectation.NoAnswer;
        Envelope.Fill(input, "application/json", dice);
        input.Expectation = Expectation.NoAnswer;
    }

    protected override async Task CallAsync(ILlmProvider provider, AnswerRecord record, CancellationToken cancellationToken)
    {
        await foreach (var update in provider.GenerateAsync(Request, cancellationToken))
            record.Add(update);
    }
}
