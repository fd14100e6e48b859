using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orchestrator;
using Orchestrator.DependencyInjection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a <see cref="Router"/> in a service collection.</summary>
public static class LlmRouterServiceCollectionExtensions
{
    /// <summary>Registers one <see cref="Router"/>, which is the <see cref="IChatClient"/> too unless there is one already.</summary>
    /// <remarks>
    /// <para>The router takes its <c>ILoggerFactory</c>, its <see cref="TimeProvider"/> and every <see cref="IUsageObserver"/> from the
    /// container, and is disposed with it. A host builds it at start and refuses to start when something is wrong or no provider was
    /// added; without a host the same checks, save the last, run when the router is first asked for.</para>
    /// <para>Calling this again adds to the same router: actions run and providers line up in the order they were registered.</para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the router's options in code; runs when the router is built.</param>
    /// <returns>A builder for the router's providers and observers.</returns>
    public static ILlmRouterBuilder AddLlmRouter(this IServiceCollection services, Action<RouterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.TryAddSingleton<RouterFactory>();
        services.TryAddSingleton(provider => provider.GetRequiredService<RouterFactory>().Create());
        services.TryAddSingleton<IChatClient>(provider => provider.GetRequiredService<Router>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<RouterOptions>, ContainerObservers>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RouterOptions>, SettingsValidation>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StartupCheck>, StartupValidation>());
        services.AddOptions<StartupCheck>().ValidateOnStart();
        if (configure is not null)
            services.Configure(configure);
        return new LlmRouterBuilder(services);
    }

    /// <summary>Registers one <see cref="Router"/> with the settings of a section; docs/configuration.md lists the keys.</summary>
    /// <remarks>
    /// Everything the other overload says holds here too. The section is read once, when the router is built; every problem found in it
    /// is reported at once, by an <see cref="OptionsValidationException"/> that names the keys. Its providers come before those that the
    /// returned builder adds.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="section">The section, such as <c>configuration.GetSection("Llm")</c>.</param>
    /// <param name="configure">Sets options in code, after the section was applied.</param>
    /// <returns>A builder for the router's providers and observers.</returns>
    public static ILlmRouterBuilder AddLlmRouter(
        this IServiceCollection services, IConfiguration section, Action<RouterOptions>? configure = null) =>
        services.AddLlmRouter(section, configure, Environment.GetEnvironmentVariable);

    internal static ILlmRouterBuilder AddLlmRouter(
        this IServiceCollection services, IConfiguration section, Action<RouterOptions>? configure, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);

        var source = new SettingsSource(section, environment);
        HttpClientDefaults.AddTo(services);
        services.AddSingleton(source);
        services.AddSingleton<IConfigureOptions<RouterOptions>>(source);
        services.AddSingleton<IProviderSource>(source);
        return services.AddLlmRouter(configure);
    }
}
