using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.DependencyInjection;

/// <summary>What the registrations of all vendors with an HTTP API share.</summary>
internal static class HttpRegistration
{
    /// <summary>Registers the named client of a provider.</summary>
    public static void AddClient(this ILlmRouterBuilder builder, string name, Action<IHttpClientBuilder>? http)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        HttpClientDefaults.AddTo(builder.Services);
        var client = builder.Services.AddHttpClient(HttpClientDefaults.NameOf(name));
        http?.Invoke(client);
    }

    /// <summary>New options, set by the caller's code.</summary>
    public static TOptions Configured<TOptions>(Action<TOptions> configure)
        where TOptions : new()
    {
        var options = new TOptions();
        configure(options);
        return options;
    }
}
