using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>The environment's key for an entry without one: only a server that the variable speaks of gets it.</summary>
internal static class OpenAiKeySettings
{
    /// <summary>OpenAI's key.</summary>
    public static string? Of(SettingsReader reader, Uri address)
    {
        if (reader.Text("ApiKey") is not null)
            return null; // The error is reported already.
        var key = OpenAiCompatibleEnvironment.KeyFor(address, reader.Environment);
        if (key is not null)
        {
            reader.Check("ApiKey", _ => HeaderValue.Checked(key, $"The environment variable {OpenAiCompatibleEnvironment.ApiKey}"));
        }
        else if (OpenAiCompatibleEnvironment.NeedsKey(address))
        {
            reader.Problem(
                $"{reader.PathOf("ApiKey")} is missing, and {address.Host} answers no request without a key. Set it, or the environment " +
                $"variable {OpenAiCompatibleEnvironment.ApiKey}; for another server set {reader.PathOf("BaseUrl")}.");
        }

        return key;
    }

    /// <summary>The key of a preset.</summary>
    public static string? Of(SettingsReader reader, OpenAiPreset preset, Uri? address)
    {
        if (reader.Text("ApiKey") is not null || preset.KeyVariables.Length == 0 || address is null || !preset.IsAt(address))
            return null;
        try
        {
            if (preset.KeyOf(reader.Environment) is { } key)
                return key;
        }
        catch (InvalidOperationException error)
        {
            reader.Problem($"{reader.PathOf("ApiKey")} is not set. {error.Message}");
            return null;
        }

        reader.Problem(
            $"{reader.PathOf("ApiKey")} is missing, and {address.Host} answers no request without a key. Set it, or the environment " +
            $"variable {string.Join(" or ", preset.KeyVariables)}.");
        return null;
    }
}
