using Orchestrator;
using Orchestrator.DependencyInjection;
using Orchestrator.Providers;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class LlmRouterBuilderExtensions
{
    /// <summary>Adds YandexGPT or Alice AI LLM by the native API of Yandex AI Studio.</summary>
    /// <remarks>It is asked through the named client <c>Orchestrator.{name}</c>: no redirects, no cookies, no time-out of its own, no
    /// resilience handler, since limits and failover are the router's. A missing setting is reported when the router is built.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="configure">Says which model to ask and with which credentials; runs when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy, certificates.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddYandexGpt(
        this ILlmRouterBuilder builder, string name, Action<YandexGptOptions> configure, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddYandexGpt(name, () => HttpRegistration.Configured(configure), options, http);
    }

    /// <summary>Adds YandexGPT or Alice AI LLM, by settings that are made already:
    /// <see cref="YandexGptOptions.FromEnvironment(string)"/>.</summary>
    /// <remarks>All else is as with the other overload.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="settings">Which model to ask and with which credentials; read when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy, certificates.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddYandexGpt(
        this ILlmRouterBuilder builder, string name, YandexGptOptions settings, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return builder.AddYandexGpt(name, () => settings, options, http);
    }

    private static ILlmRouterBuilder AddYandexGpt(
        this ILlmRouterBuilder builder, string name, Func<YandexGptOptions> settings, ProviderOptions? options,
        Action<IHttpClientBuilder>? http)
    {
        builder.AddClient(name, http);
        return builder.Add(
            $"AddYandexGpt(\"{name}\")",
            services =>
                new YandexGptProvider(name, settings(), HttpClientDefaults.Client(services, name), services.GetService<TimeProvider>()),
            options, fromSettings: true);
    }
}
