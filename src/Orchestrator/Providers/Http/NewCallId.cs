using System.Security.Cryptography;

namespace Orchestrator.Providers;

/// <summary>Ids for calls that came without one: nine letters and digits, which every server takes.</summary>
internal static class NewCallId
{
    private const int Length = 9;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Next() => RandomNumberGenerator.GetString(Letters, Length);
}
