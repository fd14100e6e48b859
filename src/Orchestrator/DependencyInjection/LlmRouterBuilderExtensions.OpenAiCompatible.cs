using Orchestrator;
using Orchestrator.DependencyInjection;
using Orchestrator.Providers;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class LlmRouterBuilderExtensions
{
    /// <summary>Adds a server that speaks OpenAI's chat completions.</summary>
    /// <remarks>It is asked through the named client <c>Orchestrator.{name}</c>: no redirects, no cookies, no time-out of its own, no
    /// resilience handler, since limits and failover are the router's. A missing setting is reported when the router is built.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="configure">Says where the server is and which model to ask; runs when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy, certificates.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddOpenAiCompatible(
        this ILlmRouterBuilder builder, string name, Action<OpenAiCompatibleOptions> configure, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddOpenAiCompatible(name, () => HttpRegistration.Configured(configure), options, http);
    }

    /// <summary>Adds a server that speaks OpenAI's chat completions, by settings that are made already:
    /// <see cref="OpenAiCompatibleOptions.FromEnvironment(string)"/> and the presets.</summary>
    /// <remarks>All else is as with the other overload.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="settings">Where the server is and which model to ask; read when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy, certificates.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddOpenAiCompatible(
        this ILlmRouterBuilder builder, string name, OpenAiCompatibleOptions settings, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return builder.AddOpenAiCompatible(name, () => settings, options, http);
    }

    private static ILlmRouterBuilder AddOpenAiCompatible(
        this ILlmRouterBuilder builder, string name, Func<OpenAiCompatibleOptions> settings, ProviderOptions? options,
        Action<IHttpClientBuilder>? http)
    {
        builder.AddClient(name, http);
        return builder.Add(
            $"AddOpenAiCompatible(\"{name}\")",
            services => new OpenAiCompatibleProvider(
                name, settings(), HttpClientDefaults.Client(services, name), services.GetService<TimeProvider>()),
            options, fromSettings: true);
    }
}
