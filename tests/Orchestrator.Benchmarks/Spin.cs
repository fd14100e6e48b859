using System.Diagnostics;

namespace Orchestrator.Benchmarks;

/// <summary>Routes for ten seconds and does nothing else: something for a profiler to look at.</summary>
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

    public static async Task<int> RunAsync(bool stream)
    {
        var subject = Subject(stream);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10))
            await subject.Run(1_000);
        return 0;
    }
}
