using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OllamaSharp.Models.Chat;
using OpenAI;
using OpenAI.Chat;
using Orchestrator.Providers;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatRole = Microsoft.Extensions.AI.ChatRole;

namespace Orchestrator.Benchmarks;

/// <summary>The providers that speak HTTP, called directly, beside raw clients and the vendors' own, over one local server.</summary>
internal static class HttpSections
{
    private const string Prompt = "Why is the sky blue?";
    private const string Model = "small-model";

    private static readonly LlmRequest Whole = new(Prompt);
    private static readonly LlmRequest Streamed = new(Prompt) { Streaming = true };
    private static readonly ChatMessage[] Messages = [new(ChatRole.User, Prompt)];

    public static async Task CompletionsAsync()
    {
        using var server = await CannedServer.StartAsync();
        using var raw = new RawClient(server);
        using var openAi = OpenAiOf(server);
        using var ollama = OllamaOf(server);
        using var sharp = new OllamaApiClient(server.Root, Model);
        var sdk = SdkOf(server);
        var costs = await InFlight.MeasureAsync(
            32,
            1_000,
            61,
            ("raw client, OpenAI", () => raw.OpenAiAsync(Prompt)),
            ("`OpenAiCompatibleProvider`", () => Calls.DrainAsync(openAi, Whole)),
            ("OpenAI .NET SDK", () => sdk.CompleteChatAsync(Prompt)),
            ("raw client, Ollama", () => raw.OllamaAsync(Prompt)),
            ("`OllamaProvider`", () => Calls.DrainAsync(ollama, Whole)),
            ("OllamaSharp as `IChatClient`", () => ((IChatClient)sharp).GetResponseAsync(Messages)));
        Table.Head(
            "Completion, 32 in flight", "subject", "processor, µs", "bytes", "÷ raw: processor (bar ≤ 1.25)", "÷ raw: bytes (bar ≤ 2)");
        for (var i = 0; i < costs.Length; i++)
        {
            var (cost, its) = (costs[i], costs[i / 3 * 3]);
            Table.Row(cost.Name, Table.Number(cost.Microseconds, 1), Table.Number(cost.Bytes), Table.Number(cost.Over(its), 2) + "×",
                Table.Number(cost.Bytes / its.Bytes, 2) + "×");
        }
    }

    public static async Task StreamsAsync()
    {
        using var server = await CannedServer.StartAsync();
        using var raw = new RawClient(server);
        using var openAi = OpenAiOf(server);
        using var openAiLong = OpenAiOf(server, CannedAnswers.LongModel);
        using var ollama = OllamaOf(server);
        using var ollamaLong = OllamaOf(server, CannedAnswers.LongModel);
        using var sharp = new OllamaApiClient(server.Root, Model);
        var sdk = SdkOf(server);
        var costs = await InFlight.MeasureAsync(
            16,
            128,
            41,
            ("`OpenAiCompatibleProvider`", () => Calls.DrainAsync(openAi, Streamed)),
            ("… twice the events", () => Calls.DrainAsync(openAiLong, Streamed)),
            ("OpenAI .NET SDK", () => DrainAsync(sdk.CompleteChatStreamingAsync(Prompt))),
            ("`OllamaProvider`", () => Calls.DrainAsync(ollama, Streamed)),
            ("… twice the events", () => Calls.DrainAsync(ollamaLong, Streamed)),
            ("OllamaSharp", () => DrainAsync(sharp.ChatAsync(
                new ChatRequest { Model = Model, Messages = [new Message(OllamaSharp.Models.Chat.ChatRole.User, Prompt)] }))),
            ("OllamaSharp as `IChatClient`", () => Calls.DrainAsync(((IChatClient)sharp).GetStreamingResponseAsync(Messages))),
            ("", () => raw.BytesAsync(true, Model)),
            ("", () => raw.BytesAsync(true, CannedAnswers.LongModel)),
            ("", () => raw.BytesAsync(false, Model)),
            ("", () => raw.BytesAsync(false, CannedAnswers.LongModel)));
        Table.Head($"Stream of {CannedAnswers.Events} events, 16 in flight", "subject", "processor, µs", "elapsed, µs", "bytes",
            "ours ÷ its processor (bar ≤ 1)", "ours ÷ its bytes (bar < 1)");
        for (var i = 0; i < 7; i++)
        {
            var (cost, ours) = (costs[i], costs[i < 3 ? 0 : 3]);
            var isPeer = i is 2 or > 4;
            Table.Row(
                cost.Name,
                Table.Number(cost.Microseconds),
                Table.Number(cost.ElapsedMicroseconds),
                Table.Number(cost.Bytes),
                isPeer ? Table.Number(ours.Over(cost), 2) + "×" : "",
                isPeer ? Table.Number(ours.Bytes / cost.Bytes, 2) + "×" : "");
        }

        Table.Head("A further event", "subject", "processor, ns", "of them receiving the bytes", "bytes");
        Event("`OpenAiCompatibleProvider`", costs[0], costs[1], costs[7], costs[8]);
        Event("`OllamaProvider`", costs[3], costs[4], costs[9], costs[10]);

        static void Event(string name, LoadCost cost, LoadCost longer, LoadCost raw, LoadCost rawLonger) => Table.Row(
            name,
            Table.Number(Nanoseconds(cost, longer)),
            Table.Number(Nanoseconds(raw, rawLonger)),
            Table.Number((longer.Bytes - cost.Bytes) / CannedAnswers.Events));

        static double Nanoseconds(LoadCost cost, LoadCost longer) =>
            Cost.Middle([.. longer.Processor.Zip(cost.Processor, (twice, once) => twice - once)]) * 1000 / CannedAnswers.Events;
    }

    public static OpenAiCompatibleProvider OpenAiOf(CannedServer server, string model = Model) =>
        new("openai", new() { BaseUrl = server.OpenAi, Model = model });

    public static OllamaProvider OllamaOf(CannedServer server, string model = Model) =>
        new("ollama", new() { BaseUrl = server.Root, Model = model });

    private static ChatClient SdkOf(CannedServer server) => new(
        Model, new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = server.OpenAi, RetryPolicy = new ClientRetryPolicy(0) });

    private static async Task DrainAsync<T>(IAsyncEnumerable<T> items)
    {
        await foreach (var _ in items)
        {
        }
    }
}
