using System.Collections;
using System.Globalization;

namespace Orchestrator;

/// <summary>Tiers in ascending order, with value equality, as a record's members need it.</summary>
internal sealed class PriceTiers : IReadOnlyList<PriceTier>, IEquatable<PriceTiers>
{
    private readonly PriceTier[] _tiers;

    private PriceTiers(PriceTier[] tiers) => _tiers = tiers;

    public static PriceTiers None { get; } = new([]);

    public int Count => _tiers.Length;

    public PriceTier this[int index] => _tiers[index];

    public static PriceTiers Checked(IReadOnlyList<PriceTier> tiers, string name)
    {
        ArgumentNullException.ThrowIfNull(tiers, name);
        if (tiers is PriceTiers known)
            return known;
        var copy = tiers.ToArray();
        var above = -1;
        foreach (var tier in copy)
        {
            if (tier?.Price is null)
                throw new ArgumentException($"{name} has a tier without a price.", name);
            if (tier.AbovePromptTokens <= above)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"{name} must ascend from 0; {tier.AbovePromptTokens} comes after {above}."),
                    name);
            }

            if (tier.Price.Tiers.Count > 0 || tier.Price.Currency is not null)
                throw new ArgumentException($"A tier has no tiers and no currency of its own; list all {name} in one price.", name);
            above = tier.AbovePromptTokens;
        }

        return copy.Length == 0 ? None : new(copy);
    }

    /// <summary>The tier of a prompt; null below the first.</summary>
    public PriceTier? Of(int promptTokens)
    {
        for (var i = _tiers.Length - 1; i >= 0; i--)
        {
            if (promptTokens > _tiers[i].AbovePromptTokens)
                return _tiers[i];
        }

        return null;
    }

    public PriceTiers Select(Func<PriceTier, PriceTier> change) => _tiers.Length == 0 ? this : new([.. _tiers.Select(change)]);

    public bool Equals(PriceTiers? other) => other is not null && _tiers.AsSpan().SequenceEqual(other._tiers);

    public override bool Equals(object? obj) => Equals(obj as PriceTiers);

    public override int GetHashCode() => _tiers.Aggregate(0, HashCode.Combine);

    public override string ToString() =>
        string.Join(", ", _tiers.Select(t => string.Create(CultureInfo.InvariantCulture, $"above {t.AbovePromptTokens}: {t.Price}")));

    public IEnumerator<PriceTier> GetEnumerator() => ((IEnumerable<PriceTier>)_tiers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
