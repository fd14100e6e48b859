using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator;
using Orchestrator.DependencyInjection;
using Orchestrator.Providers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds providers and observers to a registered <see cref="Router"/>.</summary>
/// <remarks>
/// Providers line up in the order of these calls, after those of the configuration section. What you pass in,
/// you dispose of; what the container makes, the container disposes of; what a factory given here makes, the router disposes of.
/// </remarks>
public static partial class LlmRouterBuilderExtensions
{
    /// <summary>Adds a provider that answers without a network, for tests and first steps.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="model">What it plays.</param>
    /// <param name="mock">How it plays it.</param>
    /// <param name="options">How the router uses it.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddMock(
        this ILlmRouterBuilder builder, string name, string model = "mock-normal", MockOptions? mock = null,
        ProviderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return builder.Add(
            $"AddMock(\"{name}\")", services => new MockProvider(name, model, mock, services.GetService<TimeProvider>()), options);
    }

    /// <summary>Adds a provider you made.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="leaveOpen">Whether disposing it stays with you, as with every instance given to a container; pass
    /// <see langword="false"/> to have the router dispose it.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddProvider(
        this ILlmRouterBuilder builder, ILlmProvider provider, ProviderOptions? options = null, bool leaveOpen = true)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(provider);
        return builder.Add($"AddProvider({provider.GetType().Name})", _ => provider, options, leaveOpen);
    }

    /// <summary>Adds a provider made with the help of the container, once, when the router is built.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="create">Makes the provider. It must not ask for the router.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="leaveOpen">Pass <see langword="true"/> when the factory hands out a service that the container disposes.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddProvider(
        this ILlmRouterBuilder builder, Func<IServiceProvider, ILlmProvider> create, ProviderOptions? options = null,
        bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        return builder.Add("AddProvider(factory)", create, options, leaveOpen);
    }

    /// <summary>Adds a provider that is a service. The container disposes it.</summary>
    /// <remarks>It is registered as a singleton unless it is registered already.</remarks>
    /// <typeparam name="TProvider">The provider's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="options">How the router uses it.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddProvider<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProvider>(
        this ILlmRouterBuilder builder, ProviderOptions? options = null)
        where TProvider : class, ILlmProvider
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<TProvider>();
        return builder.Add(
            $"AddProvider<{typeof(TProvider).Name}>()", services => services.GetRequiredService<TProvider>(), options, leaveOpen: true);
    }

    /// <summary>Adds any chat client you made as a provider.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="client">The client.</param>
    /// <param name="info">Vendor, model and abilities; <see langword="null"/> to take them from the client.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="leaveOpen">Whether disposing the client stays with you; pass <see langword="false"/> to leave it to the router.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddChatClient(
        this ILlmRouterBuilder builder, string name, IChatClient client, ProviderInfo? info = null, ProviderOptions? options = null,
        bool leaveOpen = true)
    {
        ArgumentNullException.ThrowIfNull(client);
        return builder.AddChatClient(name, _ => client, info, options, leaveOpen);
    }

    /// <summary>Adds any chat client as a provider, made with the help of the container, once, when the router is built.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The provider's name, unique in the router.</param>
    /// <param name="create">Makes the client. It must not ask for <see cref="IChatClient"/> when that is the router.</param>
    /// <param name="info">Vendor, model and abilities; <see langword="null"/> to take them from the client.</param>
    /// <param name="options">How the router uses it.</param>
    /// <param name="leaveOpen">Pass <see langword="true"/> when the factory hands out a service that the container disposes.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddChatClient(
        this ILlmRouterBuilder builder, string name, Func<IServiceProvider, IChatClient> create, ProviderInfo? info = null,
        ProviderOptions? options = null, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        return builder.Add(
            $"AddChatClient(\"{name}\")", services => new ChatClientProvider(name, create(services), info), options, leaveOpen);
    }

    /// <summary>Adds an observer you made. Every <see cref="IUsageObserver"/> of the container is called, also those that were registered
    /// elsewhere.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="observer">The observer.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddObserver(this ILlmRouterBuilder builder, IUsageObserver observer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(observer);
        return builder;
    }

    /// <summary>Adds an observer made with the help of the container. It must not ask for the router.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="create">Makes the observer.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddObserver(this ILlmRouterBuilder builder, Func<IServiceProvider, IUsageObserver> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(create);
        return builder;
    }

    /// <summary>Adds an observer that the container makes.</summary>
    /// <typeparam name="TObserver">The observer's type.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static ILlmRouterBuilder AddObserver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TObserver>(
        this ILlmRouterBuilder builder)
        where TObserver : class, IUsageObserver
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IUsageObserver, TObserver>();
        return builder;
    }

    private static ILlmRouterBuilder Add(
        this ILlmRouterBuilder builder, string origin, Func<IServiceProvider, ILlmProvider> create, ProviderOptions? options,
        bool leaveOpen = false, bool fromSettings = false)
    {
        builder.Services.AddSingleton<IProviderSource>(
            new ProviderEntry(origin, create, options, leaveOpen) { FromSettings = fromSettings });
        return builder;
    }
}
