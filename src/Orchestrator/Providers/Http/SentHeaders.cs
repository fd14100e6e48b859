using System.Collections.Frozen;
using System.Net.Http.Headers;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>What goes with a request in its headers and must not be shown: all headers but those that say nothing about the user.</summary>
internal static class SentHeaders
{
    private const int Shortest = 6;

    // A server gives ids of requests back on purpose, and Yandex names folders to say which one is wrong.
    private static readonly FrozenSet<string> Harmless = FrozenSet.ToFrozenSet(
        [
            "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Expect", "Host",
            "Transfer-Encoding", "User-Agent",
            "X-Request-ID", "X-Client-Request-Id", "RqUID", "traceparent", "Request-Id", "x-folder-id", "x-data-logging-enabled",
            "anthropic-version", "Metadata-Flavor",
        ],
        StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<string> Of(HttpRequestHeaders? headers)
    {
        if (headers is null)
            yield break;
        foreach (var (name, values) in headers.NonValidated)
        {
            if (Harmless.Contains(name))
                continue;
            foreach (var value in values)
            {
                // Without the scheme, a word such as Bearer.
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
