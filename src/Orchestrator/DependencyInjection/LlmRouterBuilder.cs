using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.DependencyInjection;

internal sealed class LlmRouterBuilder(IServiceCollection services) : ILlmRouterBuilder
{
    public IServiceCollection Services { get; } = services;
}
