namespace Orchestrator.Fuzz;

/// <summary>Answers to what is asked besides the chat, and the errors of it.</summary>
internal sealed class QuestionFuzzer(
    Vendor vendor, Vendor.Question question) : ProviderFuzzer(vendor, question.Name, question.Samples, question.IsAsked)
{
    protected override bool KnowsPrompt => question.HasPrompt;

    protected override bool KnowsKey => question.HasKey;

    public override void Make(FuzzCase input, Mutator mutator, Dice dice)
    {
        mutator.Make(input.Bytes, Samples, dice);
        if (dice.OneIn(10))
            input.Status = Envelope.Status(dice);
        Envelope.Fill(input, "application/json", dice);
    }

    protected override Task CallAsync(ILlmProvider provider, AnswerRecord record, CancellationToken cancellationToken) =>
        question.AskAsync(provider, cancellationToken);
}
