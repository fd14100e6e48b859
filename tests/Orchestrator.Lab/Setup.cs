using Orchestrator.Providers;

namespace Orchestrator.Lab;

/// <summary>Makes routers with the real server behind them.</summary>
internal static class Setup
{
    /// <summary>A price of its own, so that there is a cost to add up.</summary>
    public static ProviderOptions Priced { get; } = new() { Price = new(0.1m, 0.7m) };

    public static Router Router(Ledger ledger, ILlmProvider provider)
    {
        var options = new RouterOptions();
        options.Observers.Add(ledger);
        return new Router(options).AddProvider(provider, Priced);
    }

    public static OpenAiCompatibleProvider Provider(Uri url, string model, HttpClient? client = null) =>
        new("real", new() { BaseUrl = new Uri(url, "v1"), Model = model, Vendor = "lab" }, client);

    /// <summary>A client that turns every answer into an endless one.</summary>
    public static HttpClient EndlessClient() => new(new EndlessHandler()) { Timeout = Timeout.InfiniteTimeSpan };
}
