namespace Orchestrator.Providers;

/// <summary>What is known of one server that speaks the protocol.</summary>
/// <param name="Vendor">The key of prices and metrics.</param>
/// <param name="Address">The address that paths are appended to.</param>
internal sealed record OpenAiPreset(string Vendor, string Address)
{
    /// <summary>The environment variables that hold the key, the usual one first; empty for servers of one's own.</summary>
    public string[] KeyVariables { get; init; } = [];

    /// <summary>Ends of the names of other hosts that are the vendor's too: the variable's key may be sent there.</summary>
    public string[] AlsoAt { get; init; } = [];

    /// <summary>Sets what the server wants in another way.</summary>
    public Action<OpenAiCompatibleOptions>? Quirks { get; init; }

    /// <summary>The options for a model.</summary>
    /// <exception cref="InvalidOperationException">No key is given, and the environment has none.</exception>
    public OpenAiCompatibleOptions For(string model, string? apiKey, Uri? address, Func<string, string?> environment)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (apiKey is not null)
            ArgumentException.ThrowIfNullOrWhiteSpace(apiKey);
        var options = Without(model, address);
        options.ApiKey = apiKey ?? KeyOf(environment);
        if (options.ApiKey is null && KeyVariables.Length > 0)
            throw new InvalidOperationException($"{Missing(options.BaseUrl)} Set it, or give the key.");
        return options;
    }

    /// <summary>The options without a key.</summary>
    public OpenAiCompatibleOptions Without(string model, Uri? address)
    {
        var options = new OpenAiCompatibleOptions { Model = model, Vendor = Vendor, BaseUrl = address ?? new Uri(Address) };
        Quirks?.Invoke(options);
        return options;
    }

    /// <summary>The environment's key; null when it has none.</summary>
    /// <exception cref="InvalidOperationException">It cannot be sent; the message names the variable, never its value.</exception>
    public string? KeyOf(Func<string, string?> environment)
    {
        foreach (var variable in KeyVariables)
        {
            if (EnvironmentText.Of(environment, variable) is not { } key)
                continue;
            try
            {
                return HeaderValue.Checked(key, $"The environment variable {variable}");
            }
            catch (ArgumentException error)
            {
                throw new InvalidOperationException(error.Plain());
            }
        }

        return null;
    }

    /// <summary>Whether the environment's key belongs to a server.</summary>
    public bool IsAt(Uri address) =>
        HttpAddress.IsSameServer(address, new Uri(Address))
        || (address.Scheme == Uri.UriSchemeHttps && AlsoAt.Any(end => address.Host.EndsWith(end, StringComparison.OrdinalIgnoreCase)));

    /// <summary>What to say when no key is known.</summary>
    public string Missing(Uri address) =>
        $"The environment variable {string.Join(" or ", KeyVariables)} is not set, and {address.Host} answers no request without a key.";
}
