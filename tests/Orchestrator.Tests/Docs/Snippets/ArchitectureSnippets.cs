namespace Orchestrator.Tests.Docs.Snippets;

internal sealed class ConsoleLedger : IUsageObserver
{
    public void OnAttempt(LlmAttempt attempt) =>
        Console.WriteLine($"{attempt.CallId} #{attempt.Number} {attempt.Provider.Name} {attempt.Outcome} {attempt.Usage.TotalTokens} tokens {attempt.Cost} {attempt.Currency}");
}
