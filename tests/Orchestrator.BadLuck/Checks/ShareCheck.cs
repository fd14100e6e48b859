using System.Globalization;

namespace Orchestrator.BadLuck;

/// <summary>Whether the providers get equal shares of the calls that are free to go to any.</summary>
/// <remarks>A call counts when <c>GetMetrics</c> showed every provider as available right before it began: none excluded, ejected, on
/// trial or full. Its first attempt counts, where it was made.</remarks>
internal sealed class ShareCheck(Vendor[] vendors, Violations violations)
{
    private const double Allowed = 0.02;

    // With fewer, a share is chance.
    private const int Least = 2000;

    private readonly long[] _counts = new long[vendors.Length];

    public void Note(Call call, LlmAttempt attempt)
    {
        if (attempt.Number == 1 && call is { IsFree: true, AllWereAvailable: true })
            _counts[Array.FindIndex(vendors, v => v.Name == attempt.Provider.Name)]++;
    }

    /// <summary>The furthest from an equal share, as a part of it.</summary>
    public double Deviation => _counts.Max(n => Math.Abs(n - _counts.Average())) / Math.Max(1, _counts.Average());

    public void Close() => violations.Expect(
        _counts.Sum() < Least || Deviation <= Allowed, "shares", () => $"{this}; {Allowed:P0} allowed");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{string.Join(", ", vendors.Select((v, i) => $"{v.Name} {_counts[i]:N0}"))} ({Deviation:P2} apart)");
}
