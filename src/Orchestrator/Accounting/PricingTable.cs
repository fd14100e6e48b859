using System.Collections.Immutable;

namespace Orchestrator;

/// <summary>What tokens cost: a price per vendor and model, all in one currency. Immutable, so safe to share between threads.</summary>
/// <remarks>
/// <para>The vendor is <see cref="ProviderInfo.Vendor"/>, never a part of the provider's name. Names ignore case. A row with the exact
/// name of the model wins. Then other names of the same model are tried: for <c>gigachat</c> without <c>:version</c> and
/// <c>-preview</c>, and the older names served by today's models; for <c>yandexgpt</c> a URI <c>gpt://folder/model</c> without its
/// folder, and the older names; for <c>openai</c> and <c>anthropic</c> without the date of the snapshot. Then the vendor's
/// <see cref="AnyModel"/> row. For <c>yandexgpt</c> a name with <c>/latest</c> is the name without it, and for <c>ollama</c> so is
/// <c>:latest</c>. Names of every other vendor are taken as they are. All rules: docs/tokens-and-prices.md.</para>
/// <para>A price that is not in the table is unknown: <see langword="null"/>, never zero.</para>
/// </remarks>
public sealed partial class PricingTable
{
    /// <summary>The model name of a row that prices every model of its vendor which has no row of its own.</summary>
    public const string AnyModel = "*";

    private static readonly ImmutableDictionary<string, CurrencyRate> NoRates =
        ImmutableDictionary.Create<string, CurrencyRate>(StringComparer.OrdinalIgnoreCase);

    private readonly ImmutableDictionary<(string Vendor, string Model), Entry> _entries;
    private readonly ImmutableDictionary<string, CurrencyRate> _rates;

    private PricingTable(
        string currency,
        ImmutableDictionary<(string Vendor, string Model), Entry> entries,
        ImmutableDictionary<string, CurrencyRate> rates)
    {
        Currency = currency;
        _entries = entries;
        _rates = rates;
    }

    /// <summary>The prices of version 0.7.0 under the model names it had, and today's tariffs under today's names. Roubles.</summary>
    /// <remarks>The 0.7.0 prices are up to 15 times above today's tariffs; take <see cref="Current"/> for true ones. The rows, their
    /// dates and sources are listed in docs/tokens-and-prices.md.</remarks>
    public static PricingTable Default { get; } = VendorPrices.CreateDefault();

    /// <summary>Today's tariffs, under the older model names too. Roubles, VAT included.</summary>
    /// <remarks>GigaChat: tariffs for companies valid since 1 February 2026. Yandex: checked on 29 September 2026. The rows, their
    /// dates and sources are listed in docs/tokens-and-prices.md.</remarks>
    public static PricingTable Current { get; } = VendorPrices.CreateCurrent();

    /// <summary>Today's tariffs of the main models of OpenAI, Anthropic, DeepSeek, Google, Mistral, xAI and Groq. US dollars.</summary>
    /// <remarks>Vendor keys: <c>openai</c>, <c>anthropic</c>, <c>deepseek</c>, <c>google</c>, <c>mistral</c>, <c>xai</c>, <c>groq</c>. Each
    /// row has its date and source, nearly all second-hand and marked so; the list is in docs/tokens-and-prices.md. For a router in another
    /// currency use <see cref="ConvertTo"/>.</remarks>
    public static PricingTable CurrentUsd { get; } = VendorPrices.CreateUsd();

    /// <summary>The currency of every price in this table, as an ISO 4217 code by convention.</summary>
    /// <value><c>RUB</c> unless another one was given to <see cref="Empty"/>.</value>
    public string Currency { get; }

    /// <summary>The rows, ordered by vendor and model. Alternative names of a model are resolved by lookup and are not rows.</summary>
    public IReadOnlyList<PricingRow> Rows =>
    [
        .. _entries.Values.Select(static entry => entry.Row)
            .OrderBy(static row => row.Vendor, StringComparer.OrdinalIgnoreCase)
            .ThenBy(static row => row.Model, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>A table without rows: every price is unknown until added by <see cref="With(string, string, ModelPrice)"/>, that of local
    /// models too.</summary>
    /// <param name="currency">The currency of the prices to come: an ISO 4217 code, or any word without white space.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The currency is empty or has white space or control characters in it.</exception>
    public static PricingTable Empty(string currency = "RUB")
    {
        return new(CurrencyCode.Checked(currency, nameof(currency)), ImmutableDictionary<(string, string), Entry>.Empty, NoRates);
    }

    /// <summary>The same table with one row added or replaced. This table stays as it is.</summary>
    /// <param name="vendor">The vendor key, such as <c>gigachat</c>: <see cref="ProviderInfo.Vendor"/> of the provider.</param>
    /// <param name="model">The model, as in <see cref="ProviderInfo.Model"/>, or <see cref="AnyModel"/>.</param>
    /// <param name="price">The price; zero means free. One with a <see cref="ModelPrice.Currency"/> of its own is unknown as long as the
    /// table knows no rate for it.</param>
    /// <returns>A new table.</returns>
    /// <exception cref="ArgumentException">The vendor or the model is empty, or the vendor is <c>*</c>.</exception>
    public PricingTable With(string vendor, string model, ModelPrice price) => Set(vendor, model, price, isOld: false);

    /// <summary>The exact cost of some tokens, unrounded.</summary>
    /// <param name="vendor">The vendor key.</param>
    /// <param name="model">The model.</param>
    /// <param name="usage">The tokens.</param>
    /// <returns>Money in <see cref="Currency"/>; <see langword="null"/> when the price is unknown.</returns>
    public decimal? CostOf(string vendor, string model, TokenUsage usage) => Find(vendor, model)?.CostOf(usage);

    /// <summary>The price that <see cref="CostOf"/> uses for a model.</summary>
    /// <param name="vendor">The vendor key.</param>
    /// <param name="model">The model.</param>
    /// <returns>The price; <see langword="null"/> when it is unknown.</returns>
    public ModelPrice? Find(string vendor, string model) => Lookup(vendor, model) is { } entry ? Own(entry.Row.Price) : null;

    /// <summary>Today's tariff of a model that this table prices by a differing row of 0.7.0; otherwise, and when there is none,
    /// null.</summary>
    internal ModelPrice? KnownTariff(string vendor, string model) =>
        Lookup(vendor, model) is { IsOld: true } old
        && Currency == Current.Currency
        && Current.Find(vendor, model) is { } tariff
        && !tariff.IsAsHighAs(old.Row.Price)
            ? tariff
            : null;

    internal PricingTable Set(string vendor, string model, ModelPrice price, bool isOld)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(vendor);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        ArgumentNullException.ThrowIfNull(price);
        if (vendor == AnyModel)
        {
            throw new ArgumentException(
                "A price belongs to one vendor; only the model may be \"*\". Add a row per vendor.", nameof(vendor));
        }

        return new(Currency, _entries.SetItem(KeyOf(vendor, model), new(new(vendor, model, price), isOld)), _rates);
    }

    private Entry? Lookup(string vendor, string model)
    {
        ArgumentNullException.ThrowIfNull(vendor);
        ArgumentNullException.ThrowIfNull(model);
        var known = VendorFacts.KeyOf(vendor);
        return Lookup(vendor, known, model) ?? (ReferenceEquals(known, vendor) ? null : Lookup(known, known, model));
    }

    private Entry? Lookup(string vendor, string known, string model)
    {
        foreach (var name in VendorFacts.Of(known).Names.Candidates(model).Append(AnyModel))
        {
            if (_entries.TryGetValue(KeyOf(vendor, name), out var entry))
                return entry;
        }

        return null;
    }

    private static (string Vendor, string Model) KeyOf(string vendor, string model) =>
        (vendor.ToUpperInvariant(), VendorFacts.Of(vendor).Names.WithoutDefault(model).ToUpperInvariant());

    private sealed record Entry(PricingRow Row, bool IsOld);
}
