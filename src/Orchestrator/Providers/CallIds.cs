using System.Security.Cryptography;

namespace Orchestrator.Providers;

/// <summary>Ids of tool calls for vendors that have none.</summary>
internal static class CallIds
{
    // Nine letters and digits are the form that the strictest vendor takes, which may be asked next.
    private const int Length = 9;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new id. Unique in a conversation, not only in one answer: results find their calls by it.</summary>
    public static string New() => RandomNumberGenerator.GetString(Letters, Length);
}
