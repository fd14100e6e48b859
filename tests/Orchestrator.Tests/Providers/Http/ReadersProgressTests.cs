using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Which events of each vendor's stream move the answer though there is nothing to hand out yet.</summary>
public class ReadersProgressTests
{
    private static readonly ChatOptions WithStop = new() { StopSequences = ["END"] };

    public static TheoryData<string, string> Moving => new()
    {
        { "openai", Call("""{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}""") },
        { "openai", Call("""{"index":0,"function":{"arguments":"{\"a\""}}""") },
        { "openai", Call("""{"index":0,"type":"custom","custom":{"input":"abc"}}""", begun: true) },
        { "openai", Call("""{"index":0,"extra_content":{"google":{"thought_signature":"QUJD"}}}""", begun: true) },
        { "openai", Delta(""" "content":"","reasoning_details":[{"type":"reasoning.encrypted","data":"QUJD"}] """) },
        { "openai", Delta(""" "content":null,"function_call":{"name":"f","arguments":"{"} """) },
        { "openai", Delta(""" "audio":{"id":"a","data":"QUJD"} """) },
        { "gigachat", Delta(""" "role":"function_in_progress","content":"Draws a picture" """) },
        { "gigachat", Delta(""" "content":"E" """) },
        { "ollama", """{"model":"m","message":{"role":"assistant","content":"","images":["QUJD"]},"done":false}""" },
        { "yandex", Yandex(""" "text":"E" """) },
        { "yandex", Yandex(""" "toolCallList":{"toolCalls":[{"functionCall":{"name":"f","arguments":{"a":1}}}]} """) },
    };

    public static TheoryData<string, string> Still => new()
    {
        { "openai", Delta(""" "role":"assistant","content":"" """) },
        { "openai", Delta(""" "role":"assistant","content":null,"refusal":null,"tool_calls":[],"function_call":null """) },
        { "openai", Delta("") },
        { "openai", Delta(""" "content":"","reasoning_content":"","reasoning_details":[] """) },
        { "openai", Delta(""" "content":[{"type":"text","text":""}] """) },
        { "openai", Call("""{"index":0,"function":{"arguments":""}}""", begun: true) },
        { "openai", Call("""{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":null}}""", begun: true) },
        { "openai", Delta(""" "reasoning_details":[{"type":"reasoning.text","text":"","format":"x","index":0}] """) },
        { "openai", """{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}""" },
        { "openai", """{"choices":[]}""" },
        { "openai", ": keep-alive" },
        { "gigachat", Delta(""" "role":"assistant","content":"" """) },
        { "gigachat", Delta(""" "role":"function_in_progress","content":"" """) },
        { "gigachat", """{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}""" },
        { "gigachat", ": keep-alive" },
        { "ollama", """{"model":"m","message":{"role":"assistant","content":"","thinking":""},"done":false}""" },
        { "ollama", """{"model":"m","created_at":"2026-01-01T00:00:00Z","done":false}""" },
        { "yandex", Yandex(""" "role":"assistant","text":"" """) },
        { "yandex", """{"result":{"alternatives":[],"usage":{"inputTextTokens":"19","completionTokens":"2"}}}""" },
    };

    [Theory]
    [MemberData(nameof(Moving))]
    public async Task An_event_that_moves_the_answer_is_progress(string vendor, string @event) =>
        (await ReadAsync(vendor, @event, @event)).Count(AnswerProgress.Is).Should().BeInRange(1, 2);

    [Theory]
    [MemberData(nameof(Still))]
    public async Task An_event_that_says_nothing_is_no_progress(string vendor, string @event) =>
        (await ReadAsync(vendor, @event, @event)).Should().NotContain(u => AnswerProgress.Is(u));

    [Fact]
    public async Task A_line_of_yandex_that_repeats_the_last_one_is_no_progress() =>
        (await ReadAsync("yandex", Yandex(""" "text":"E" """), Yandex(""" "text":"E" """), Yandex(""" "text":"EN" """)))
            .Count(AnswerProgress.Is).Should().Be(2);

    [Fact]
    public async Task Each_event_shares_one_object_and_each_answer_has_its_own()
    {
        var piece = Call("""{"index":0,"function":{"arguments":"{\"a\""}}""");
        var marks = (await ReadAsync("openai", piece, piece, piece)).Where(AnswerProgress.Is).ToList();
        marks.Should().HaveCount(3);
        marks.Distinct().Should().ContainSingle();
        (await ReadAsync("openai", piece)).Should().NotContain(marks[0]);
    }

    [Theory]
    [MemberData(nameof(Moving))]
    public async Task The_collected_answer_is_the_same_with_progress_and_without(string vendor, string @event)
    {
        var updates = await ReadAsync(vendor, @event);
        var (with, without) = (updates.ToChatResponse(), updates.Where(u => !AnswerProgress.Is(u)).ToChatResponse());
        System.Text.Json.JsonSerializer.Serialize(with, AIJsonUtilities.DefaultOptions)
            .Should().Be(System.Text.Json.JsonSerializer.Serialize(without, AIJsonUtilities.DefaultOptions));
    }

    /// <summary>Sixty pieces of arguments, a quarter of a second each; the first-token limit is 10 s.</summary>
    [Theory]
    [BothModes]
    public async Task Arguments_of_a_tool_call_that_stream_for_longer_than_the_limit_keep_their_provider(bool streamed)
    {
        var time = new FakeTimeProvider();
        var log = new AttemptLog();
        List<string> events = [Call("""{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":\""}}""")];
        for (var i = 0; i < 60; i++)
            events.Add(Call("""{"index":0,"function":{"arguments":"x"}}"""));
        events.Add(Call("""{"index":0,"function":{"arguments":"\"}"}}"""));
        events.Add("""{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""");
        using var client = new HttpClient(new SlowHandler("openai", [.. events], () => time.Advance(TimeSpan.FromSeconds(0.25))));
        using var provider = (OpenAiCompatibleProvider)Vendors.New("openai", client, time);
        var b = FakeProvider.Answering("b", "other");
        await using var router = InOrder(new() { Observers = { log } }, time, null, provider, b);
        ChatResponse answer;
        var tools = new ChatOptions { Tools = [AIFunctionFactory.Create((string a) => a, "f")] };
        if (streamed)
            answer = await ((IChatClient)router).GetStreamingResponseAsync("hi", tools).ToChatResponseAsync();
        else
            answer = (await router.RouteAsync(new LlmRequest("hi") { Streaming = true, Options = tools })).Response;

        answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Should().ContainSingle()
            .Which.Arguments!["a"]!.ToString().Should().Be(new string('x', 60));
        b.Calls.Should().Be(0);
        var attempt = log.Attempts.Should().ContainSingle().Subject;
        attempt.TimeToFirstToken.Should().BeGreaterThan(TimeSpan.FromSeconds(15), "the call is the first content");
    }

    private static string Delta(string members) =>
        "{\"choices\":[{\"index\":0,\"delta\":{" + members + "},\"finish_reason\":null}]}";

    private static string Call(string call, bool begun = false) =>
        (begun ? Delta(""" "tool_calls":[{"index":0,"id":"c1","function":{"name":"f","arguments":"{}"}}],"content":"x" """)
            + "\n\ndata: " : "")
        + Delta($"\"tool_calls\":[{call}]");

    private static string Yandex(string members) =>
        "{\"result\":{\"alternatives\":[{\"message\":{" + members + "},\"status\":\"ALTERNATIVE_STATUS_PARTIAL\"}]}}";

    private static async Task<List<ChatResponseUpdate>> ReadAsync(string vendor, params string[] events)
    {
        using var client = new HttpClient(new SlowHandler(vendor, events, () => { }));
        var provider = Vendors.New(vendor, client);
        using (provider as IDisposable)
            return await provider.ReadAsync(Reading.Streamed(options: vendor is "gigachat" or "yandex" ? WithStop : null));
    }

    /// <summary>Answers with events, one a read, and then the end of a good answer.</summary>
    private sealed class SlowHandler(string vendor, string[] events, Action before) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isSse = vendor is "openai" or "gigachat";
            var last = vendor switch
            {
                "openai" or "gigachat" => """{"choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}""",
                "ollama" => """{"model":"m","message":{"role":"assistant","content":"ok"},"done":true,"done_reason":"stop"}""",
                _ => Yandex(""" "text":"ENok" """).Replace("PARTIAL", "FINAL", StringComparison.Ordinal),
            };
            if (events[^1].Contains("tool_calls\"}", StringComparison.Ordinal))
                last = """{"choices":[]}""";
            string[] all = [.. events, last];
            var content = new StreamContent(new EventStream([.. all.Select(e =>
                Encoding.UTF8.GetBytes(!isSse ? e + "\n" : e[0] == ':' ? e + "\n\n" : $"data: {e}\n\n")),
                .. isSse ? ["data: [DONE]\n\n"u8.ToArray()] : Array.Empty<byte[]>()], before));
            content.Headers.ContentType = new(isSse ? "text/event-stream" : "application/x-ndjson");
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content, RequestMessage = request });
        }
    }

    private sealed class EventStream(byte[][] events, Action before) : MemoryStream
    {
        private int _next;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (_next == events.Length)
                return 0;
            before();
            cancellationToken.ThrowIfCancellationRequested();
            events[_next].CopyTo(buffer);
            return events[_next++].Length;
        }
    }
}
