using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// Tells a page of a gateway on the way (firewall, proxy, load balancer) from an answer of the vendor's API. Such a page judges one
/// request, or the address: never credentials, money or model.
/// </summary>
/// <remarks>
/// APIs answer in JSON. Markup is a page under any status from 400 to 499 but 408 and 429, whose meaning does not depend on what answers.
/// Plain text is one where it has the words of a firewall, and under 403 unless it speaks of key, account or model. An empty body tells
/// nothing: its status counts.
/// </remarks>
internal static class GatewayPage
{
    // A page says so in its first lines.
    private const int MostText = 2048;

    private static readonly string[] FirewallWords =
        ["error code: 1", "access denied", "request blocked", "request rejected", "has been blocked", "was blocked"];

    private static readonly string[] VendorWords =
    [
        "key", "token", "credential", "account", "organization", "project", "folder", "permission", "authori", "authenti", "model", "plan",
        "subscription", "billing", "country", "region",
    ];

    /// <summary>Whether a response is a page and no judgement.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="isHtml">Whether its content type is that of HTML.</param>
    /// <param name="body">Its body, or the beginning of it.</param>
    public static bool Is(int status, bool isHtml, ReadOnlySpan<byte> body)
    {
        if (status is < 400 or >= 500 or 408 or 429)
            return false;
        body = Trimmed(body);
        if (body is [(byte)'{' or (byte)'[' or (byte)'"', ..])
            return false;
        return isHtml || IsMarkup(body) || IsFirewall(status, Encoding.UTF8.GetString(body[..Math.Min(body.Length, MostText)]));
    }

    /// <summary>Whether the message of an SDK's exception quotes a page of HTML.</summary>
    public static bool IsQuotedIn(string? message) =>
        message is not null && (message.Contains("<html", StringComparison.OrdinalIgnoreCase)
            || message.Contains("<!doctype html", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a body begins as HTML or XML does.</summary>
    public static bool IsMarkup(ReadOnlySpan<byte> body) =>
        Trimmed(body) is [(byte)'<', var next, ..] && (char.IsAsciiLetter((char)next) || next is (byte)'!' or (byte)'?');

    private static bool IsFirewall(int status, string text)
    {
        // Neither text nor words: JSON in a frame, or bytes that no decoder understood.
        if (!text.Any(char.IsLetter) || text.Any(c => c is '{' or '\uFFFD' || (char.IsControl(c) && !char.IsWhiteSpace(c))))
            return false;
        return !RequestWords.Says(text, VendorWords) && (status == 403 || RequestWords.Says(text, FirewallWords));
    }

    private static ReadOnlySpan<byte> Trimmed(ReadOnlySpan<byte> body)
    {
        body = body.TrimStart(" \t\r\n"u8);
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        return (body.StartsWith(mark) ? body[mark.Length..] : body).Trim(" \t\r\n"u8);
    }
}
