using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Gives the named clients of our providers the right settings, before anything that the application says about them.</summary>
/// <remarks>
/// By prefix and not by name, as a section's providers are known only when it is read. A provider keeps its client for life, so the
/// factory must not recycle the handler: a recycled one lives on in the provider anyway. Changes of DNS are seen by the handler's own
/// connection lifetime.
/// </remarks>
internal sealed class HttpClientDefaults : IConfigureNamedOptions<HttpClientFactoryOptions>
{
    private const string Prefix = "Orchestrator.";

    private static readonly TimeSpan FactoryLifetime = new HttpClientFactoryOptions().HandlerLifetime;

    // The factory's own loggers hand out header values as they are in the structured state of their trace events. There is no other public
    // way to say this for a name that is not known yet.
    private static readonly Action<HttpClientFactoryOptions>[] WithoutLoggers =
    [
        .. new ServiceCollection().AddHttpClient(Prefix).RemoveAllLoggers().Services
            .Select(service => service.ImplementationInstance)
            .OfType<ConfigureNamedOptions<HttpClientFactoryOptions>>()
            .Select(options => options.Action)
            .OfType<Action<HttpClientFactoryOptions>>(),
    ];

    public static string NameOf(string provider) => Prefix + provider;

    public static bool IsOurs(string? name) => name?.StartsWith(Prefix, StringComparison.Ordinal) == true;

    public static void AddTo(IServiceCollection services)
    {
        services.AddHttpClient();
        services.TryAddSingleton<HttpHandlerNeeds>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<HttpClientFactoryOptions>, HttpClientDefaults>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, ConnectLimitFilter>());
    }

    public static HttpClient Client(IServiceProvider services, string provider) =>
        services.GetRequiredService<IHttpClientFactory>().CreateClient(NameOf(provider));

    /// <summary>A client whose handler the vendor prepares, before anything that the application says about it.</summary>
    public static HttpClient Client(IServiceProvider services, string provider, Action<SocketsHttpHandler> prepare)
    {
        services.GetRequiredService<HttpHandlerNeeds>().Add(NameOf(provider), prepare);
        return Client(services, provider);
    }

    public void Configure(HttpClientFactoryOptions options)
    {
        // Clients without a name are none of ours.
    }

    public void Configure(string? name, HttpClientFactoryOptions options)
    {
        if (!IsOurs(name))
            return;
        foreach (var without in WithoutLoggers)
            without(options);
        // ConnectLimitHandler limits the time to a connection: what a request allows may be longer than any handler's own limit.
        options.HttpMessageHandlerBuilderActions.Insert(0, handler =>
        {
            var primary = HttpClients.NewHandler(Timeout.InfiniteTimeSpan);
            handler.Services.GetService<HttpHandlerNeeds>()?.ApplyTo(name!, primary);
            handler.PrimaryHandler = primary;
        });
        options.HttpClientActions.Insert(0, client => client.Timeout = Timeout.InfiniteTimeSpan);
        if (options.HandlerLifetime == FactoryLifetime)
            options.HandlerLifetime = Timeout.InfiniteTimeSpan;
    }
}
