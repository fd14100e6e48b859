namespace Orchestrator;

/// <summary>
/// Two prices as whole numbers of their smallest common unit: what nearly every call costs is then two multiplications, in a third of the
/// time that decimals take, and the same decimal comes out.
/// </summary>
internal readonly record struct WholePrices
{
    // The sum of two costs below it fits into 64 bits.
    private const ulong Most = 1UL << 31;
    private const int PerThousand = 3;

    private readonly ulong _prompt, _completion;
    private readonly byte _scale;

    public WholePrices(decimal promptPer1K, decimal completionPer1K, decimal? cachedPer1K)
    {
        // No cached tokens cost nothing, but that nothing has the digits of their price.
        _scale = Math.Max((0 * cachedPer1K)?.Scale ?? 0, Math.Max(promptPer1K.Scale, completionPer1K.Scale));
        (_prompt, _completion) = (UnitsOf(promptPer1K, _scale), UnitsOf(completionPer1K, _scale));
    }

    /// <summary>The cost, if both prices are small enough for whole numbers.</summary>
    public bool TryCost(int promptTokens, int completionTokens, out decimal cost)
    {
        if (_prompt >= Most || _completion >= Most || (promptTokens | completionTokens) < 0)
        {
            cost = 0;
            return false;
        }

        var units = (ulong)promptTokens * _prompt + (ulong)completionTokens * _completion;
        cost = units == 0 ? 0 : new decimal((int)units, (int)(units >> 32), 0, isNegative: false, (byte)(_scale + PerThousand));
        return true;
    }

    /// <summary>Computed from prices that are compared already.</summary>
    public bool Equals(WholePrices other) => true;

    public override int GetHashCode() => 0;

    private static ulong UnitsOf(decimal price, byte scale)
    {
        if (scale > 25)
            return ulong.MaxValue;
        Span<int> bits = stackalloc int[4];
        // Adding a zero of that scale gives the price its digits.
        decimal.GetBits(price + new decimal(0, 0, 0, isNegative: false, scale), bits);
        return bits[2] != 0 ? ulong.MaxValue : ((ulong)(uint)bits[1] << 32) | (uint)bits[0];
    }
}
