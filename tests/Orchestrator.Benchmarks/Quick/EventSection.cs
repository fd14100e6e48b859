using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Benchmarks;

/// <summary>Reading the events of a stream out of memory: what is ours alone, without a server or HTTP.</summary>
internal static class EventSection
{
    private static readonly ProviderInfo Info = new("direct", "openai", "small-model");

    public static async Task RunAsync()
    {
        var (openAi, ollama) = (CannedAnswers.Body(openAi: true), CannedAnswers.Body(openAi: false));
        var costs = await Paired.MeasureAsync(
            5,
            601,
            Subject.Of("", () => FloorAsync(openAi)),
            Subject.Of("", () => ReadAsync(openAi, StreamFraming.ServerSentEvents, new OpenAiCompatibleAnswerReader(Info))),
            Subject.Of("", () => ReadAsync(ollama, StreamFraming.JsonLines, new OllamaAnswerReader(Info))));
        var update = UpdateBytes();
        Table.Head("An event out of memory", "subject", "ns (aim ≤ 450)", "bytes", "bytes besides the update and its text (aim ≤ 64)");
        Row("`SseParser` and `Utf8JsonReader`, the text alone", costs[0], 0);
        Row("OpenAI-compatible", costs[1], update);
        Row("Ollama", costs[2], update);
    }

    /// <summary>The least a consumer can be handed: an update with one text of the length that the server sends.</summary>
    private static double UpdateBytes()
    {
        const int times = 10_000;
        var kept = new ChatResponseUpdate[times];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times; i++)
            kept[i] = new ChatResponseUpdate(ChatRole.Assistant, new string('w', " word100".Length));
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)times;
        GC.KeepAlive(kept);
        return bytes;
    }

    private static void Row(string name, Cost cost, double update)
    {
        var bytes = cost.Bytes / CannedAnswers.Events;
        Table.Row(
            name, Table.Number(cost.Median / CannedAnswers.Events), Table.Number(bytes), update > 0 ? Table.Number(bytes - update) : "");
    }

    private static async Task ReadAsync(byte[] body, StreamFraming framing, AnswerReader reader)
    {
        using var lines = new LineReader(new MemoryStream(body));
        var events = new EventReader(framing);
        do
        {
            while (!reader.IsLast && lines.TryTake(out var line))
            {
                if (events.TryRead(line, out var data))
                    reader.ReadEvent(data, events.IsError);
            }
        }
        while (!reader.IsLast && await lines.FillAsync(CancellationToken.None));
    }

    /// <summary>What one writes with the framework's own parts, for one shape.</summary>
    private static async Task FloorAsync(byte[] body)
    {
        await foreach (var _ in SseParser.Create(new MemoryStream(body), static (_, data) => TextOf(data)).EnumerateAsync())
        {
        }
    }

    private static string? TextOf(ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
            return null;
        var reader = new Utf8JsonReader(data);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("content"u8))
                continue;
            reader.Read();
            return reader.GetString();
        }

        return null;
    }
}
