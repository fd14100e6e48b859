using System.Collections;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Accounting;

/// <summary>A count looks at so much of a request and no more, and tells how far its number can be trusted.</summary>
public sealed class BoundedCountTests
{
    private const int Exact = 65_536;
    private const int Looked = 2 * Exact;
    private static readonly ProviderInfo OpenAi = new("p", "openai", "gpt-4o");
    private readonly RecordingTokenizer _tokenizer = new();

    public static TheoryData<string> Shapes =>
        new("one text", "messages", "contents", "call", "json", "object", "instructions", "tools", "schema");

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task No_more_than_a_part_of_a_huge_request_is_looked_at(string shape)
    {
        var attempts = new AttemptLog();
        var counter = new TokenCounter(null, new O200kVocabulary(() => _tokenizer));
        await using var router = InOrder(new() { TokenCounter = counter, Observers = { attempts } },
            new FakeProvider("p", (_, _) => Some.Updates(Some.Word("ok"), Some.Finish())) { Info = OpenAi });
        // Every piece is another one: none is remembered.
        var text = Words(1_000_000);
        var (options, messages) = RequestWith(shape, text);

        await router.AskAsync(streamed: false, options, messages);

        _tokenizer.Pieces.Sum(p => p.Length).Should().BeLessThan(Looked);
        var usage = attempts.Attempts[0].Usage;
        usage.Source.Should().Be(UsageSource.Estimate);
        // The tokenizer of the test takes a piece, " abcdexx" for instance, for one token.
        usage.PromptTokens.Should().BeCloseTo(PiecesIn(text), (uint)(PiecesIn(text) / 20));
    }

    public static TheoryData<string> Values => new("objects", "elements", "texts in elements", "arguments");

    [Theory]
    [MemberData(nameof(Values))]
    public void Of_many_values_of_json_a_few_megabytes_are_read(string kind)
    {
        var read = 0;
        object value = kind switch
        {
            "objects" or "arguments" => new Numbers(() => read += 8),
            "elements" => JsonSerializer.SerializeToElement(Enumerable.Repeat(1_234_567, 131_072)),
            _ => JsonSerializer.SerializeToElement(SampleTexts.Repeat(SampleTexts.English, 1024 * 1024)),
        };
        AIContent Content(int i) => kind == "arguments"
            ? new FunctionCallContent($"{i}", "f", new Dictionary<string, object?> { ["value"] = value })
            : new FunctionResultContent($"{i}", value);
        var info = new ProviderInfo("a", "acme", "m");
        var counter = new TokenCounter();
        long CountOf(int values) => counter.Count([new ChatMessage(ChatRole.Tool, [.. Enumerable.Range(0, values).Select(Content)])], info);

        var one = CountOf(1);
        read = 0;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        CountOf(400).Should().BeCloseTo(one * 400, (ulong)(one * 20));
        read.Should().BeLessThan(TokenTally.MostJson + (1024 * 1024));
        (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan(32 * 1024 * 1024);
    }

    /// <summary>An array of 131,072 numbers of seven digits, about a megabyte; it tells of each that is read.</summary>
    private sealed class Numbers(Action read) : IEnumerable<int>
    {
        public IEnumerator<int> GetEnumerator()
        {
            for (var i = 0; i < 131_072; i++)
            {
                read();
                yield return 1_234_567;
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [Theory]
    [BothModes]
    public async Task No_more_than_a_part_of_a_huge_answer_is_looked_at_and_nothing_while_it_comes(bool streamed)
    {
        var attempts = new AttemptLog();
        var counter = new TokenCounter(null, new O200kVocabulary(() => _tokenizer));
        var text = Words(1_000_000);
        var whileItCame = -1;
        var provider = new FakeProvider("p", (_, _) => Answer()) { Info = OpenAi };
        await using var router = InOrder(new() { TokenCounter = counter, Observers = { attempts } }, provider);
        await router.AskAsync(streamed);

        whileItCame.Should().Be(0);
        _tokenizer.Pieces.Sum(p => p.Length).Should().BeLessThan(Looked);
        var usage = attempts.Attempts[0].Usage;
        usage.CompletionTokens.Should().BeCloseTo(PiecesIn(text), (uint)(PiecesIn(text) / 20));
        usage.Source.Should().Be(UsageSource.Estimate);

        async IAsyncEnumerable<ChatResponseUpdate> Answer()
        {
            await Task.CompletedTask;
            for (var start = 0; start < text.Length; start += 10_000)
                yield return Some.Word(text[start..Math.Min(text.Length, start + 10_000)]);
            whileItCame = _tokenizer.Pieces.Count;
            yield return Some.Finish();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gpt-4o")]
    [InlineData("GigaChat-2")]
    public void A_long_mixed_text_is_estimated_within_a_few_percent(string? model)
    {
        var random = new Random(5);
        string[] samples = [SampleTexts.English, SampleTexts.Russian, SampleTexts.Code, "天地玄黃，宇宙洪荒。日月盈昃。\n"];
        var text = string.Concat(
            Enumerable.Range(0, 1500).Select(_ => SampleTexts.Repeat(samples[random.Next(samples.Length)], 200 + random.Next(4000))));
        var exact = new TokenCounter(new() { ExactCharacters = int.MaxValue }).Count(text, model);
        new TokenCounter().Count(text, model).Should().BeCloseTo(exact, (uint)(exact / 10));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gpt-4o")]
    public void Up_to_the_exact_part_every_character_counts(string? model)
    {
        var text = SampleTexts.Repeat(SampleTexts.Russian, Exact);
        new TokenCounter().Count(text, model).Should().Be(new TokenCounter(new() { ExactCharacters = int.MaxValue }).Count(text, model));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("GigaChat-2")]
    public void More_text_never_gives_fewer_tokens(string? model)
    {
        var text = SampleTexts.Repeat(SampleTexts.Code + SampleTexts.Russian, 200_000);
        var last = 0;
        for (var length = 60_000; length < text.Length; length += 777)
        {
            var count = new TokenCounter().Count(text[..length], model);
            count.Should().BeGreaterThanOrEqualTo(last);
            last = count;
        }
    }

    [Theory]
    [InlineData("a", "a", 0.001)]
    [InlineData("a", "a long answer to the short question, as in a chat", 0.1)]
    public void Of_a_million_messages_some_thousands_are_looked_at(string odd, string even, double tolerance)
    {
        var list = new Endless(1_000_000, new ChatMessage(ChatRole.User, odd), new ChatMessage(ChatRole.Assistant, even));
        var provider = new ProviderInfo("a", "acme", "m");
        var two = new TokenCounter().Count([list[0], list[1]], provider) - ModelFamily.Unknown.Template.PerCall;
        new TokenCounter().Count(list, provider).Should().BeCloseTo(two * 500_000, (uint)(two * 500_000 * tolerance));
        list.Looked.Should().BeLessThan(20_000);
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_was_cancelled_does_not_wait_for_the_vocabulary(bool streamed)
    {
        var attempts = new AttemptLog();
        using var loaded = new ManualResetEventSlim();
        try
        {
            var counter = new TokenCounter(null, new O200kVocabulary(() =>
            {
                loaded.Wait();
                return _tokenizer;
            }));
            using var cancel = new CancellationTokenSource();
            var provider = new FakeProvider("p", (_, token) => Answer(cancel, token)) { Info = OpenAi };
            await using var router = InOrder(new() { TokenCounter = counter, Observers = { attempts } }, provider);
            await Task.Run(() => router.FailAsync<OperationCanceledException>(streamed, cancellationToken: cancel.Token))
                .WaitAsync(Patience);
            var attempt = attempts.Attempts.Should().ContainSingle().Subject;
            (attempt.Outcome, attempt.Usage.Source).Should().Be((AttemptOutcome.Cancelled, UsageSource.Estimate));
            attempt.Usage.PromptTokens.Should().BePositive();
        }
        finally
        {
            loaded.Set();
        }

        static async IAsyncEnumerable<ChatResponseUpdate> Answer(
            CancellationTokenSource cancel, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
        {
            yield return Some.Word("half an answer");
            await cancel.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        }
    }

    private static (ChatOptions Options, ChatMessage[] Messages) RequestWith(string shape, string text)
    {
        var lines = text.Chunk(48).Select(c => new string(c)).ToArray();
        ChatMessage One(params AIContent[] contents) => new(ChatRole.User, contents);
        return shape switch
        {
            "one text" => (new(), [new(ChatRole.User, text)]),
            "messages" => (new(), [.. text.Chunk(20_000).Select(c => new ChatMessage(ChatRole.User, new string(c)))]),
            "contents" => (new(), [One([.. lines.Select(l => new TextContent(l))])]),
            "call" => (new(), [One(new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["a"] = text }))]),
            "json" => (new(), [One(new FunctionResultContent("1", JsonSerializer.SerializeToElement(text)))]),
            "object" => (new(), [One(new FunctionResultContent("1", new { a = text }))]),
            "instructions" => (new() { Instructions = text }, Hello),
            "tools" =>
                (new() { Tools = [.. text.Chunk(20_000).Select(c => AIFunctionFactory.Create(() => 1, "f", new string(c)))] }, Hello),
            _ => (new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonSerializer.SerializeToElement(new { a = text })) }, Hello),
        };
    }

    // Words of seven letters, each another one, so that no count is remembered.
    private static string Words(int length) => string.Concat(Enumerable.Range(0, length / 8).Select(i =>
        $" {Letter(i)}{Letter(i / 26)}{Letter(i / 676)}{Letter(i / 17_576)}{Letter(i / 456_976)}xx"));

    private static char Letter(int number) => (char)('a' + (number % 26));

    private static int PiecesIn(string text) => text.Count(c => c == ' ');

    private sealed class Endless(int count, params ChatMessage[] messages) : IReadOnlyList<ChatMessage>
    {
        public int Looked { get; private set; }

        public int Count => count;

        public ChatMessage this[int index]
        {
            get
            {
                Looked++;
                return messages[index % messages.Length];
            }
        }

        public IEnumerator<ChatMessage> GetEnumerator() => Enumerable.Range(0, count).Select(i => this[i]).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
