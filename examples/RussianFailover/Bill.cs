using Orchestrator;

/// <summary>What each provider was asked and what it cost, failed attempts included, as an application would book it.</summary>
internal sealed class Bill : IUsageObserver
{
    private readonly Lock _lock = new();
    private readonly List<LlmAttempt> _attempts = [];

    public void OnAttempt(LlmAttempt attempt)
    {
        lock (_lock)
            _attempts.Add(attempt);
    }

    public void Print(PricingTable prices)
    {
        Console.WriteLine();
        Console.WriteLine($"{"bill",-10}{"attempts",8}{"failed",8}{"prompt",8}{"answer",8}{"kopecks",10}{"rubles",10}");
        List<LlmAttempt> attempts;
        lock (_lock)
            attempts = [.. _attempts];
        foreach (var provider in attempts.GroupBy(a => a.Provider.Name))
        {
            var all = provider.ToList();
            // An unknown price is no price: such a sum is unknown too.
            var cost = all.Exists(a => a.Cost is null) ? null : all.Sum(a => a.Cost);
            var failed = all.Count(a => a.Outcome == AttemptOutcome.Failed);
            Console.WriteLine($"{provider.Key,-10}{all.Count,8}{failed,8}{all.Sum(a => a.Usage.PromptTokens),8}"
                + $"{all.Sum(a => a.Usage.CompletionTokens),8}{Amount(cost * 100, "0.00"),10}{Amount(cost, "0.0000"),10}");
        }

        foreach (var info in attempts.Select(a => a.Provider).Distinct())
        {
            var price = prices.Find(info.Vendor, info.Model);
            var day = price?.AsOf is { } date ? $" as of {date:yyyy-MM-dd}" : "";
            Console.WriteLine(price is null
                ? $"{info.Model}: no price is known"
                : $"{info.Model}: {price.PromptPer1K} + {price.CompletionPer1K} {prices.Currency} per 1,000 tokens{day} ({price.Source})");
        }
    }

    private static string Amount(decimal? value, string format) => value?.ToString(format, null) ?? "unknown";
}
