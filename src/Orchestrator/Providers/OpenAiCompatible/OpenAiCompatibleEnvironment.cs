namespace Orchestrator.Providers;

/// <summary>The environment variables that clients of OpenAI know.</summary>
internal static class OpenAiCompatibleEnvironment
{
    public const string ApiKey = "OPENAI_API_KEY";
    public const string BaseUrl = "OPENAI_BASE_URL";

    public const string BaseUrlExample = "https://api.openai.com/v1";

    public static readonly Uri Default = new(BaseUrlExample);

    /// <summary>Where the environment says the server is; null when it does not say.</summary>
    /// <exception cref="ArgumentException">It says something that is no address.</exception>
    public static Uri? Address(Func<string, string?> environment) => EnvironmentText.Of(environment, BaseUrl) is { } text
        ? HttpAddress.Parse(text, $"The environment variable {BaseUrl}", BaseUrlExample)
        : null;

    /// <summary>The environment's key, if it is meant for this server: a key must not reach a server that merely has none of its
    /// own.</summary>
    public static string? KeyFor(Uri address, Func<string, string?> environment)
    {
        try
        {
            return HttpAddress.IsSameServer(address, Address(environment) ?? Default) ? EnvironmentText.Of(environment, ApiKey) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether the server is known to answer no request without a key.</summary>
    public static bool NeedsKey(Uri address) => HttpAddress.IsSameServer(address, Default);
}
