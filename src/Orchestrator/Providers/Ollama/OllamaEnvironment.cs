using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Providers;

/// <summary>The environment variables that Ollama and its clients know.</summary>
internal static class OllamaEnvironment
{
    public const string ApiKey = "OLLAMA_API_KEY";
    public const string Host = "OLLAMA_HOST";

    public const string BaseUrlExample = "http://localhost:11434";

    public static readonly Uri Default = new(BaseUrlExample);

    private const string Setting = $"The environment variable {Host}";
    private const string CloudHost = "ollama.com";
    private const int DefaultPort = 11434;

    /// <summary>The address from the environment; null when it has none.</summary>
    /// <exception cref="ArgumentException">It says something that is no address.</exception>
    public static Uri? Address(Func<string, string?> environment) =>
        EnvironmentText.Of(environment, Host)?.Trim('"', '\'') is { Length: > 0 } text ? Parse(text) : null;

    /// <summary>The environment's key, if it is meant for this server.</summary>
    public static string? KeyFor(Uri address, Func<string, string?> environment)
    {
        try
        {
            return NeedsKey(address) || HttpAddress.IsSameServer(address, Address(environment) ?? Default)
                ? EnvironmentText.Of(environment, ApiKey)
                : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether this is Ollama's cloud, which answers no request without a key.</summary>
    public static bool NeedsKey(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps && address.Host.Equals(CloudHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the variable as Ollama does: scheme, port and even the host may be missing, and a server's wildcard address means
    /// this machine.</summary>
    private static Uri Parse(string text)
    {
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!hasScheme)
            text = text.TrimEnd('/') == CloudHost ? $"https://{CloudHost}" : $"http://{text}";
        if (!hasScheme && text["http://".Length] != '[' && IPAddress.TryParse(text["http://".Length..], out var bare)
            && bare.AddressFamily == AddressFamily.InterNetworkV6)
        {
            text = $"http://[{bare}]";
        }

        text = text.Replace("://:", "://localhost:", StringComparison.Ordinal);
        var address = HttpAddress.Parse(text, Setting, "localhost:11434 or http://localhost:11434");
        var result = new UriBuilder(address);
        if (!hasScheme && address.IsDefaultPort && address.Scheme == Uri.UriSchemeHttp && !NamesPort80(text))
            result.Port = DefaultPort;
        if (address.Host is "0.0.0.0" or "[::]")
            result.Host = "localhost";
        return result.Uri;
    }

    // System.Uri does not keep whether the scheme's default port was written.
    private static bool NamesPort80(string text) =>
        text.TrimEnd('/').EndsWith(":80", StringComparison.Ordinal);
}
