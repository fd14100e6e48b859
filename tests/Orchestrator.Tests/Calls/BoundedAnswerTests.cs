using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What a provider says without saying anything costs no memory, however long it goes on.</summary>
[Collection(Stress.StressCollection.Name)]
public sealed class BoundedAnswerTests
{
    private static readonly int Flood = Effort.Of(60_000, 200_000);
    private const long Allowed = 1 << 20;

    private static readonly Dictionary<string, Func<int, object?, ChatResponseUpdate>> Kinds = new()
    {
        ["usage"] = (_, _) => Some.Usage(1, 1),
        ["usage with keys of its own"] = (i, _) =>
            new() { Contents = [new UsageContent(new() { InputTokenCount = 1, AdditionalCounts = new() { [$"key{i}"] = 1 } })] },
        ["finish reasons"] = (i, _) => Some.Finish(new ChatFinishReason($"reason{i}")),
        ["nothing"] = (_, _) => new(),
        ["empty text"] = (_, _) => Some.Word(""),
        ["empty text and thought"] = (i, _) => new() { Contents = [i % 2 == 0 ? new TextContent("") : new TextReasoningContent("")] },
        ["empty text with notes"] = (i, _) =>
            new() { Contents = [new TextContent("") { Annotations = [new CitationAnnotation { Title = $"t{i}" }] }] },
        ["ids"] = (i, _) => new() { MessageId = $"m{i}", ResponseId = $"r{i}", AuthorName = $"a{i}", ConversationId = $"c{i}" },
        ["moments"] = (i, _) => new() { CreatedAt = DateTimeOffset.UnixEpoch.AddDays(1).AddSeconds(i) },
        ["models"] = (i, _) => new() { ModelId = $"model{i}" },
        ["roles"] = (i, _) => new() { Role = new ChatRole($"role{i}") },
        ["properties"] = (i, _) => new() { AdditionalProperties = new() { [$"key{i}"] = new byte[100] } },
        ["raw representations"] = (_, _) => new() { RawRepresentation = new byte[100] },
        ["a chain of raw representations"] = (_, last) => Chained((ChatResponseUpdate?)last),
        ["many contents each"] = (_, _) => new() { Contents = [.. Enumerable.Range(0, 40).Select(_ => new TextContent(""))] },
        ["errors"] = (i, _) => new() { Contents = [new ErrorContent($"error {i}")] },
        ["empty thoughts with properties"] = (_, _) =>
            Of(new TextReasoningContent("") { AdditionalProperties = new() { ["key"] = new byte[2_000] } }),
        ["empty thoughts with raw representations"] = (_, _) => Of(new TextReasoningContent("") { RawRepresentation = new byte[2_000] }),
        ["empty text with properties"] = (_, _) =>
            Of(new TextContent("") { AdditionalProperties = new() { ["key"] = new string('x', 2_000) } }),
        ["errors that say much"] = (_, _) => Of(new ErrorContent(new string('x', 2_000))),
        ["long ids"] = (i, _) => new() { MessageId = $"m{i}{new string('x', 2_000)}" },
        ["whole answers without content"] = (_, _) =>
            new() { RawRepresentation = new ChatResponse { Usage = new() { InputTokenCount = 1 } } },
        ["whole answers with empty messages"] = (i, _) =>
            new() { RawRepresentation = new ChatResponse(new ChatMessage(ChatRole.Assistant, "") { MessageId = $"m{i}" }) },
    };

    public static TheoryData<string, bool> Floods()
    {
        var data = new TheoryData<string, bool>();
        foreach (var kind in Kinds.Keys)
        {
            data.Add(kind, true);
            data.Add(kind, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Floods))]
    public async Task Updates_without_content_are_not_heaped_up(string kind, bool streamed)
    {
        var (flooded, goOn) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(
            TaskCreationOptions.RunContinuationsAsynchronously));
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => FloodAsync(Kinds[kind], flooded, goOn.Task)));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var call = Task.Run(() => router.RunAsync(streamed));
        await flooded.Task.WaitAsync(TimeSpan.FromMinutes(2));
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        goOn.SetResult();

        (await call.WaitAsync(Patience)).Text.Should().Be("done");
        held.Should().BeLessThan(Allowed);
    }

    public static TheoryData<string> Rich() =>
        ["calls", "bare contents", "texts and thoughts", "properties of the response", "properties of the messages"];

    [Theory]
    [MemberData(nameof(Rich))]
    public async Task What_a_buffered_answer_carries_beside_its_words_is_not_heaped_up(string kind)
    {
        ChatResponseUpdate Update(int i, object? last) => kind switch
        {
            "calls" => Of(new FunctionCallContent($"{i}", "name") { RawRepresentation = new Opaque() }),
            "bare contents" => Of(new AIContent { RawRepresentation = new Opaque() }),
            "texts and thoughts" when i % 2 == 0 => Of(new TextContent("x") { RawRepresentation = new Opaque() }),
            "texts and thoughts" => Of(new TextReasoningContent("x") { RawRepresentation = new Opaque() }),
            "properties of the response" => new() { AdditionalProperties = new() { [$"key{i}"] = new Opaque() } },
            _ => new()
            {
                MessageId = $"m{i}",
                Contents = [new TextContent("x")],
                AdditionalProperties = new() { ["key"] = new byte[100_000] }
            },
        };
        var (flooded, goOn) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(
            TaskCreationOptions.RunContinuationsAsynchronously));
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => FloodAsync(Update, flooded, goOn.Task, 2_000)));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var call = Task.Run(() => router.RunAsync(streamed: false));
        await flooded.Task.WaitAsync(TimeSpan.FromMinutes(2));
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        goOn.SetResult();

        (await call.WaitAsync(Patience)).Text.Should().EndWith("done");
        held.Should().BeLessThan(10 << 20);
    }

    [Fact]
    public async Task A_raw_representation_that_is_not_kept_stays_with_the_provider()
    {
        var calls = Enumerable.Range(0, 200)
            .Select(i => new FunctionCallContent(
                $"{i}", "name", new Dictionary<string, object?> { ["a"] = i })
            { RawRepresentation = new Opaque() }).ToList();
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates([.. calls.Select(Of), Some.Finish()])));
        var contents = (await router.RouteAsync("hello")).Response.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>()
            .ToList();
        contents.Select(c => (c.CallId, c.Arguments!["a"])).Should().Equal(calls.Select(c => (c.CallId, c.Arguments!["a"])));
        contents.Count(c => c.RawRepresentation is not null).Should().BeInRange(32, 128);
        calls.Should().OnlyContain(c => c.RawRepresentation is Opaque);
    }

    [Fact]
    public async Task The_usage_of_a_flood_is_reported_whole()
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var router = InOrder(null,
                new FakeProvider("a", (_, _) => Some.Updates(
                    [.. Enumerable.Range(0, 1_000).Select(_ => Some.Usage(1, 1)), Some.Word("done"), Some.Finish()])));
            var response = streamed
                ? await router.RouteStreamAsync("hello").ToChatResponseAsync()
                : (await router.RouteAsync("hello")).Response;
            (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount).Should()
                .Be((1_000, 1_000, 2_000));
        }
    }

    [Fact]
    public async Task The_reason_and_the_ids_of_a_flood_are_the_last_ones()
    {
        await using var router = InOrder(null, new FakeProvider("a", (_, _) => Some.Updates(
            [.. Enumerable.Range(0, 1_000).Select(
                i => new ChatResponseUpdate
                {
                    Contents = i == 0 ? [new TextContent("x")] : [],
                    ResponseId = $"r{i}",
                    ModelId = $"m{i}",
                    FinishReason = new ChatFinishReason($"f{i}"),
                })])));
        var streamed = await router.RouteStreamAsync("hello").ToChatResponseAsync();
        var whole = (await router.RouteAsync("hello")).Response;
        foreach (var response in new[] { streamed, whole })
            (response.ResponseId, response.ModelId, response.FinishReason).Should().Be(("r999", "m999", new ChatFinishReason("f999")));
    }

    public static TheoryData<string> Endless() =>
        ["text", "text by turns with usage", "calls", "thoughts that are sealed", "annotated text", "annotations", "messages", "data",
            "results", "lists", "properties", "own kinds"];

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task A_buffered_answer_without_end_is_too_large(string kind)
    {
        var text = new string('x', 1_000);
        ChatResponseUpdate Update(int i) => kind switch
        {
            "text" => Some.Word(text),
            "text by turns with usage" => i % 2 == 0 ? Some.Word(text) : Some.Usage(1, 1),
            "calls" => new() { Contents = [new FunctionCallContent($"{i}", "name", new Dictionary<string, object?> { ["text"] = text })] },
            "thoughts that are sealed" => new() { Contents = [new TextReasoningContent("x") { ProtectedData = text }] },
            "annotated text" => new() { Contents = [new TextContent("x") { Annotations = [new CitationAnnotation()] }] },
            "messages" => new(ChatRole.Assistant, text) { MessageId = $"m{i}" },
            "annotations" => Of(new TextContent("x") { Annotations = [new CitationAnnotation { RawRepresentation = new Opaque() }] }),
            "results" => Of(new FunctionResultContent($"{i}", System.Text.Json.JsonSerializer.SerializeToElement(text))),
            "lists" =>
                Of(new FunctionCallContent($"{i}", "name", new Dictionary<string, object?> { ["all"] = new List<object?> { text, text } })),
            "properties" => Of(new TextContent("x") { AdditionalProperties = new() { ["key"] = text } }),
            "own kinds" => Of(new OwnContent()),
            _ => new() { Contents = [new DataContent(new byte[10_000], "image/png")] },
        };
        await using var router = InOrder(null, new FakeProvider("a", (_, token) => EndlessAsync(Update, token)));
        var error = await router.FailAsync<LlmException>(streamed: false);
        error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        error.ToString().Should().Contain("large");
    }

    [Fact]
    public async Task The_first_token_limit_holds_for_a_provider_that_never_waits()
    {
        var clock = new HandClock();
        await using var router = InOrder(
            new() { Timeouts = new() { FirstToken = TimeSpan.FromSeconds(1) } },
            clock,
            null,
            new FakeProvider("a", (_, token) => EndlessAsync(
                _ =>
                {
                    clock.Pass(TimeSpan.FromMilliseconds(10));
                    return new ChatResponseUpdate();
                },
                token)),
            FakeProvider.Answering("b", "ok"));
        var (text, route) = await router.RunAsync(streamed: true);
        text.Should().Be("ok");
        route.Attempts[0].Duration.Should().BeLessThan(TimeSpan.FromSeconds(3));
    }

    private static ChatResponseUpdate Of(AIContent content) => new(ChatRole.Assistant, [content]);

    private sealed class Opaque
    {
        public byte[] Bytes { get; } = new byte[100_000];
    }

    private sealed class OwnContent : AIContent
    {
        public byte[] Bytes { get; } = new byte[10_000];
    }

    private static ChatResponseUpdate Chained(ChatResponseUpdate? last)
    {
        var link = new object?[] { last?.RawRepresentation, null, new byte[100] };
        if (last?.RawRepresentation is object?[] before)
            before[1] = link;
        return new() { RawRepresentation = link };
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> FloodAsync(
        Func<int, object?, ChatResponseUpdate> make, TaskCompletionSource flooded, Task goOn, int? count = null)
    {
        ChatResponseUpdate? last = null;
        for (var i = 0; i < (count ?? Flood); i++)
            yield return last = make(i, last);
        if (last!.RawRepresentation is object?[] link)
            link[0] = null;
        last = null;
        flooded.SetResult();
        await goOn;
        yield return Some.Word("done");
        yield return Some.Finish();
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> EndlessAsync(
        Func<int, ChatResponseUpdate> make, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        for (var i = 0; i < 2_000_000; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return make(i);
        }
    }
}
