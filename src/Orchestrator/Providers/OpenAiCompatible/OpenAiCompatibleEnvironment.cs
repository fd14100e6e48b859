namespace Orchestrator.Providers;

/// <summary>The environment variables that clients of OpenAI know.</summary>
internal static class OpenAiCompatibleEnvironment
{
    public const string ApiKey = "OPENAI_API_KEY";
    public const string BaseUrl = "OPENAI_BASE_URL";

    public const string BaseUrlExample = "https://api.openai.com/v1";

    public static readonly Uri Default = new(BaseUrlExample);

    /// <summary>The address from the environment; null when it has none.</summary>
    /// <exception cref="ArgumentException">It says something that is no address.</exception>
    public static Uri? Address(Func<string, string?> environment) => EnvironmentText.Of(environment, BaseUrl) is { } text
        ? HttpAddress.Parse(text, $"The environment variable {BaseUrl}", BaseUrlExample)
        : null;

    /// <summary>The key from the environment, if it belongs to this server: it must not be sent to another server that has no
    /// key.</summary>
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

    /// <summary>Whether the server is known to refuse requests without a key.</summary>
    public static bool NeedsKey(Uri address) => HttpAddress.IsSameServer(address, Default);
}
