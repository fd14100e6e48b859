using System.Globalization;
using System.Text;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>However much a server sends, little of it is in memory at any time.</summary>
[Collection(Timed.Name)]
public sealed class MemoryTests
{
    // 32 MB for the client, and some for the server, which is in the same process.
    private const long Bound = 40L * 1024 * 1024;

    [Theory]
    [BothModes("a body of a gigabyte")]
    [InlineData("a body said to have a gigabyte", false)]
    [BothModes("a gzip bomb")]
    [InlineData("a brotli bomb", false)]
    [InlineData("a line of 64 MB", true)]
    [InlineData("a stream without end", true)]
    [InlineData("an error of a gigabyte", true)]
    public async Task Live_memory_stays_within_its_bound(string what, bool streamed)
    {
        await using var ollama = new OllamaCase();
        await using var openAi = new Wire();
        // One chunk of many events at a time: the test is about bytes.
        var block = string.Concat(Enumerable.Repeat(": " + new string('a', 1000) + "\n", 1_000));
        ollama.Server.Always = openAi.Server.Always = what switch
        {
            "a body of a gigabyte" => Fault.HugeBody(1L << 30),
            "a body said to have a gigabyte" => Fault.Raw(Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture,
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {1L << 30}\r\n\r\n{{\"junk\":\"aaaa"))),
            "a gzip bomb" => Fault.HugeBody(1L << 30, BodyCoding.Gzip),
            "a brotli bomb" => Fault.HugeBody(1L << 30, BodyCoding.Brotli),
            "a line of 64 MB" => Fault.HugeLine(64 << 20),
            "a stream without end" => Fault.Stream(block).And(Fault.RepeatEvent(0)),
            _ => Fault.Status(500, new string('x', 1 << 20), "text/plain").And(Fault.RepeatEvent(0, 1024)).And(Fault.CloseDelimited()),
        };
        foreach (var provider in new ILlmProvider[] { openAi.Provider, ollama.Provider })
        {
            var (error, peak) = await WatchAsync(
                async () => (await provider.FailAsync(new LlmRequest("hi") { Streaming = streamed })).Error);
            error.Kind.Should().BeOneOf(LlmErrorKind.MalformedResponse, LlmErrorKind.ServerError);
            peak.Should().BeLessThan(Bound, what);
        }
    }

    [Theory]
    [InlineData("OpenAI")]
    [InlineData("Ollama")]
    public async Task A_buffered_call_keeps_the_text_of_an_endless_answer_and_nothing_for_each_token(string vendor)
    {
        await using var ollama = new OllamaCase();
        await using var openAi = new Wire();
        openAi.Server.Always = Endless(
            "data: {\"id\":\"chat-1\",\"model\":\"pine\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"needle \"}}]}\n\n");
        ollama.Server.Always = Endless(OllamaCase.Piece("needle ") + "\n");
        await using var router = new Router().AddProvider(vendor == "Ollama" ? ollama.Provider : openAi.Provider, leaveOpen: true);
        // The vocabulary, which is loaded once and stays.
        new TokenCounter().Count("needle", "gpt-4o-mini").Should().BePositive();

        var (error, peak) = await WatchAsync(
            async () => (await FluentActions.Awaiting(() => router.RouteAsync("hi")).Should().ThrowAsync<LlmException>()).Which);

        // A million pieces of seven characters are 14 MB, and as much again when they become one string.
        error.InnerException!.Message.Should().Contain("events");
        peak.Should().BeLessThan(Bound);

        static Fault Endless(string piece) => Fault.Stream(string.Concat(Enumerable.Repeat(piece, 1_000))).And(Fault.RepeatEvent(0));
    }

    /// <summary>How a call fails, and the most memory in use until then.</summary>
    private static async Task<(LlmException Error, long Peak)> WatchAsync(Func<Task<LlmException>> call)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var failing = call();
        var peak = 0L;
        while (!failing.IsCompleted)
        {
            // Not without a pause: collections one after the other leave the client and the server no time to work.
            await Task.Delay(25);
            GC.Collect();
            peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
        }

        return (await failing, peak);
    }
}
