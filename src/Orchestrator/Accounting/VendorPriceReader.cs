using System.Globalization;
using System.Text.Json;

namespace Orchestrator;

/// <summary>Reads prices of one day and source from a vendor's file.</summary>
internal static class VendorPriceReader
{
    /// <param name="json">The day, the source and the models.</param>
    /// <param name="vendor">The vendor.</param>
    /// <param name="scale">What a number is multiplied by to be a price of 1,000 tokens.</param>
    public static IEnumerable<(PricingRow Row, bool IsOld)> Read(JsonElement json, string vendor, decimal scale)
    {
        DateOnly? asOf = null;
        string? source = null;
        var isOld = false;
        JsonElement models = default;
        foreach (var (key, value) in VendorFactsReader.Fields(json))
        {
            switch (key)
            {
                case "asOf":
                    asOf = DateOnly.ParseExact(value.GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture);
                    break;
                case "source":
                    source = value.GetString();
                    break;
                case "isOld":
                    isOld = value.GetBoolean();
                    break;
                case "models":
                    models = value;
                    break;
                default:
                    throw VendorFactsReader.Unknown(key);
            }
        }

        return VendorFactsReader.Fields(models).Select(model =>
            (new PricingRow(vendor, model.Key, PriceOf(model.Value, scale) with { AsOf = asOf, Source = source }), isOld));
    }

    private static ModelPrice PriceOf(JsonElement json, decimal scale)
    {
        var price = new ModelPrice(0);
        foreach (var (key, value) in VendorFactsReader.Fields(json))
        {
            price = key switch
            {
                "prompt" => price with { PromptPer1K = value.GetDecimal() * scale },
                "completion" => price with { CompletionPer1K = value.GetDecimal() * scale },
                "cached" => price with { CachedPromptPer1K = value.GetDecimal() * scale },
                "cacheWrite" => price with { CacheWritePer1K = value.GetDecimal() * scale },
                "reasoning" => price with { ReasoningPer1K = value.GetDecimal() * scale },
                "above" => price with { Tiers = [.. value.EnumerateArray().Select(tier => TierOf(tier, scale))] },
                "tokens" => price,
                _ => throw VendorFactsReader.Unknown(key),
            };
        }

        return price;
    }

    private static PriceTier TierOf(JsonElement json, decimal scale) => new(json.GetProperty("tokens").GetInt32(), PriceOf(json, scale));
}
