using Orchestrator;
using Orchestrator.DependencyInjection;
using Orchestrator.Providers;

namespace Microsoft.Extensions.DependencyInjection;

public static partial class LlmRouterBuilderExtensions
{
    /// <summary>Adds a model of GigaChat.</summary>
    /// <remarks>It is asked through the named client <c>Orchestrator.{name}</c>, whose handler trusts the roots of the settings and shows
    /// their client certificate: no redirects, no cookies, no time-out of its own, no resilience handler, since limits and failover are
    /// the router's. A missing setting is reported when the router is built.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="configure">Says who asks and which model; runs when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy. A primary handler of your own replaces roots and
    /// certificate too.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddGigaChat(
        this ILlmRouterBuilder builder, string name, Action<GigaChatOptions> configure, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return builder.AddGigaChat(name, () => HttpRegistration.Configured(configure), options, http);
    }

    /// <summary>Adds a model of GigaChat, by settings that are made already:
    /// <see cref="GigaChatOptions.FromEnvironment(string)"/>.</summary>
    /// <remarks>All else is as with the other overload.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="settings">Who asks and which model; read when the router is built.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="http">Changes the named client: handlers of your own, a proxy.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddGigaChat(
        this ILlmRouterBuilder builder, string name, GigaChatOptions settings, ProviderOptions? options = null,
        Action<IHttpClientBuilder>? http = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return builder.AddGigaChat(name, () => settings, options, http);
    }

    private static ILlmRouterBuilder AddGigaChat(
        this ILlmRouterBuilder builder,
        string name,
        Func<GigaChatOptions> settings,
        ProviderOptions? options,
        Action<IHttpClientBuilder>? http)
    {
        builder.AddClient(name, http);
        return builder.Add(
            $"AddGigaChat(\"{name}\")", services => GigaChatSettings.Create(services, name, settings()), options, fromSettings: true);
    }
}
