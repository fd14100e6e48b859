using System.Diagnostics;

namespace Orchestrator.Benchmarks;

/// <summary>Routes, or asks a server, for ten seconds and does nothing else: something for a profiler to look at.</summary>
internal static class Spin
{
    private static readonly LlmRequest Request = new("hello");

    public static Subject Subject(bool stream)
    {
        var router = stream ? Routers.Streaming(3, 200) : Routers.Whole(3);
        return stream
            ? Benchmarks.Subject.Of("stream", () => Calls.DrainAsync(router.RouteStreamAsync(Request)))
            : Benchmarks.Subject.Of("call", () => router.RouteAsync(Request));
    }

    public static async Task<int> RunAsync(string? what)
    {
        if (what is null or "stream")
        {
            await RunAsync(Subject(what is not null));
            return 0;
        }

        if (what is "waiting")
            return await WaitingSection.SpinAsync();
        using var server = await CannedServer.StartAsync();
        var isOllama = what.StartsWith("ollama", StringComparison.Ordinal);
        ILlmProvider provider = isOllama ? HttpSections.OllamaOf(server) : HttpSections.OpenAiOf(server);
        using var owned = (IDisposable)provider;
        var request = new LlmRequest("hello") { Streaming = what.EndsWith("stream", StringComparison.Ordinal) };
        await RunAsync(Benchmarks.Subject.Of(what, () => Calls.DrainAsync(provider, request)));
        return 0;
    }

    private static async Task RunAsync(Subject subject)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10))
            await subject.Run(1_000);
    }
}
