namespace Orchestrator.DependencyInjection;

/// <summary>Reads one price.</summary>
internal static class ModelPriceSettings
{
    public static ModelPrice? Read(SettingsReader reader, bool withSource)
    {
        var price = ReadPlain(reader);
        var currency = reader.OptionalText("Currency");
        if (currency is not null && !CurrencyCode.IsOne(currency))
        {
            reader.Refuse("Currency", "one word such as USD");
            currency = null;
        }

        var tiers = ReadTiers(reader);
        var (asOf, source) = withSource ? (reader.Day("AsOf"), reader.Text("Source")) : default;
        return price is null ? null : price with
        {
            Tiers = tiers,
            Currency = currency is null ? null : CurrencyCode.Plain(currency),
            AsOf = asOf,
            Source = source,
        };
    }

    private static ModelPrice? ReadPlain(SettingsReader reader)
    {
        var (prompt, completion) = (reader.Money("PromptPer1K", required: true), reader.Money("CompletionPer1K", required: true));
        var cached = reader.Money("CachedPromptPer1K");
        var (write, reasoning) = (reader.Money("CacheWritePer1K"), reader.Money("ReasoningPer1K"));
        return prompt is null || completion is null
            ? null
            : new ModelPrice(prompt.Value, completion.Value, cached) { CacheWritePer1K = write, ReasoningPer1K = reasoning };
    }

    private static List<PriceTier> ReadTiers(SettingsReader reader)
    {
        var tiers = new List<PriceTier>();
        foreach (var section in reader.Sections("Tiers"))
        {
            var above = section.WholeNumber("AbovePromptTokens", least: 0);
            if (section.Text("AbovePromptTokens") is null)
                section.Refuse("AbovePromptTokens", "a whole number of at least 0");
            var price = ReadPlain(section);
            section.RefuseUnknownKeys();
            if (above is null || price is null)
                continue;
            if (tiers.Count > 0 && above <= tiers[^1].AbovePromptTokens)
                section.Problem($"{section.PathOf("AbovePromptTokens")} must be more than that of the tier before it. " +
                    "List the tiers from short prompts to long ones.");
            else
                tiers.Add(new PriceTier(above.Value, price));
        }

        return tiers;
    }
}
