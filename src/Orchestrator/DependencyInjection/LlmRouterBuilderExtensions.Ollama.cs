using Orchestrator;
using Orchestrator.DependencyInjection;
using Orchestrator.Providers;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class LlmRouterBuilderExtensions
{
    /// <summary>Adds a model that Ollama runs.</summary>
    /// <remarks>It is asked through the named client <c>Orchestrator.{name}</c>: no redirects, no cookies, no time-out of its own, no
    /// resilience handler, since limits and failover are the router's. A missing setting is reported when the router is built.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="configure">Says where Ollama is and how its model is run; runs when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy, certificates.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddOllama(
        this ILlmRouterBuilder builder, string name, Action<OllamaOptions> configure, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddOllama(name, () => HttpRegistration.Configured(configure), options, http);
    }

    /// <summary>Adds a model that Ollama runs, by settings that are made already:
    /// <see cref="OllamaOptions.FromEnvironment(string)"/>.</summary>
    /// <remarks>All else is as with the other overload.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="settings">Where Ollama is and how its model is run; read when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy, certificates.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddOllama(
        this ILlmRouterBuilder builder, string name, OllamaOptions settings, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return builder.AddOllama(name, () => settings, options, http);
    }

    private static ILlmRouterBuilder AddOllama(
        this ILlmRouterBuilder builder, string name, Func<OllamaOptions> settings, ProviderOptions? options,
        Action<IHttpClientBuilder>? http)
    {
        builder.AddClient(name, http);
        return builder.Add(
            $"AddOllama(\"{name}\")",
            services =>
                new OllamaProvider(name, settings(), HttpClientDefaults.Client(services, name), services.GetService<TimeProvider>()),
            options, fromSettings: true);
    }
}
