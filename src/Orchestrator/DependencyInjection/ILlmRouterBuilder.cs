namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds providers and observers to the router that <c>AddLlmRouter</c> registered. Extend it with methods of your own.</summary>
public interface ILlmRouterBuilder
{
    /// <summary>The services the router is registered in.</summary>
    IServiceCollection Services { get; }
}
