using System.Globalization;

namespace Orchestrator.Wall;

/// <summary>The known answers: sixty words each, those of one provider unlike those of the other, so that a mixture is seen.</summary>
internal static class WallText
{
    public const int Words = 60;

    public static string Primary { get; } = Of("ash");

    public static string Secondary { get; } = Of("birch");

    /// <summary>As long, in letters of two to four bytes.</summary>
    public static string Wide { get; } = string.Join(
        ' ', Enumerable.Range(1, Words).Select(i => string.Create(CultureInfo.InvariantCulture, $"берёза🌳{i}")));

    private static string Of(string word) =>
        string.Join(' ', Enumerable.Range(1, Words).Select(i => string.Create(CultureInfo.InvariantCulture, $"{word}{i}")));
}
