namespace Orchestrator.Fuzz;

/// <summary>All readers under fuzz. A new vendor is one more line.</summary>
internal static class FuzzReaders
{
    private static readonly Func<Vendor>[] Vendors = [OpenAiVendor.New, OllamaVendor.New, GigaChatVendor.New, YandexGptVendor.New];

    /// <summary>New objects: each worker has its own.</summary>
    public static List<FuzzReader> New() =>
        [.. Vendors.SelectMany(v => v().Readers()), new RetryAfterReader(), new MetricsHeadReader(), new SettingsFuzzReader()];
}
