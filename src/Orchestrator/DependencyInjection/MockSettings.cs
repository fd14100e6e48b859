using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

internal static class MockSettings
{
    public static Func<IServiceProvider, ILlmProvider> Read(SettingsReader reader, string name)
    {
        var model = reader.OptionalText("Model") ?? "mock-normal";
        var mock = new MockOptions();
        if (reader.Duration("Delay") is { } delay)
            mock = mock with { Delay = delay };
        if (reader.Duration("ChunkDelay") is { } chunkDelay)
            mock = mock with { ChunkDelay = chunkDelay };
        if (reader.Text("Reply") is { } reply)
            mock = mock with { Reply = reply };
        if (reader.Share("FailureRate") is { } failureRate)
            mock = mock with { FailureRate = failureRate };
        if (reader.WholeNumber("Seed") is { } seed)
            mock = mock with { Seed = seed };
        return services => new MockProvider(name, model, mock, services.GetService<TimeProvider>());
    }
}
