using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>The values of a request's headers that no message may show. Every header counts as secret, except standard ones and those that
/// a vendor's file lists as <see cref="VendorFacts.ShownHeaders"/>.</summary>
internal static class SentHeaders
{
    private const int Shortest = 6;

    // Servers repeat ids of requests so that support can find them.
    private static readonly FrozenSet<string> Shown = FrozenSet.ToFrozenSet(
        [
            "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Expect", "Host",
            "Transfer-Encoding", "User-Agent", "X-Request-ID", "X-Client-Request-Id", "traceparent", "Request-Id",
            .. VendorFacts.All.SelectMany(facts => facts.ShownHeaders),
        ],
        StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Of(HttpRequestHeaders? headers)
    {
        if (headers is null)
            yield break;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (Shown.Contains(name))
                continue;
            foreach (var value in values)
            {
                // The scheme, such as Bearer, is no secret.
                var secret = value[(value.LastIndexOf(' ') + 1)..];
                if (secret.Length >= Shortest)
                    yield return secret;
                if (value.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) && Pair(secret) is { } pair)
                    yield return pair;
            }
        }
    }

    private static string? Pair(string encoded)
    {
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded, bytes, out var length) ? Encoding.UTF8.GetString(bytes.AsSpan(0, length)) : null;
    }
}
