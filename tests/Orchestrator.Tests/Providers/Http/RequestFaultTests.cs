using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>What goes wrong while a request is built is the request's fault, and no provider's.</summary>
public partial class RequestFaultTests
{
    private const string Canary = "canary-of-the-prompt";

    private static readonly string[] Values =
    [
        "cycle", "infinity", "throwing getter", "getter that fails as a provider does", "getter that cancels", "throwing converter",
        "throwing text",
        "default element", "disposed element", "deep node", "deep objects", "asynchronous sequence",
    ];

    private static readonly string[] Others =
    [
        "default schema", "disposed schema", "throwing tool", "throwing tools", "null among tools", "default format", "null among stops",
        "throwing stops", "throwing contents",
        "throwing arguments",
    ];

    public static TheoryData<string, bool, string> Cases
    {
        get
        {
            var data = new TheoryData<string, bool, string>();
            foreach (var vendor in Vendors.All)
            {
                foreach (var fault in Values.Concat(Others))
                {
                    data.Add(vendor, true, fault);
                    data.Add(vendor, false, fault);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_request_that_cannot_be_built_counts_against_no_provider(string vendor, bool streamed, string fault)
    {
        var handlers = Enumerable.Range(0, 3).Select(_ => new OkHandler(vendor)).ToArray();
        await using var router = new Router(RoutingStrategy.FirstAvailable);
        for (var i = 0; i < handlers.Length; i++)
            router.AddProvider(Named($"p{i}", Vendors.New(vendor, new HttpClient(handlers[i]) { Timeout = Timeout.InfiniteTimeSpan })));

        for (var call = 0; call < 4; call++)
        {
            var asking = FluentActions.Awaiting(() => AskAsync(router, Broken(fault, streamed)));
            var error = (await asking.Should().ThrowAsync<LlmException>()).Which;
            error.Kind.Should().Be(LlmErrorKind.InvalidRequest, error.ToString());
            error.Message.Should().NotContain(Canary);
            (error as AllProvidersFailedException)?.Attempts.Should().HaveCount(1);
        }

        router.GetMetrics().Values.Should().HaveCount(3).And.AllSatisfy(m => m.IsAvailable.Should().BeTrue());
        handlers.Should().AllSatisfy(h => h.Count.Should().Be(0, "nothing was sent"));
        (await AskAsync(router, Reading.Buffered() with { Streaming = streamed })).Should().Be("ok");
    }

    [Theory]
    [BothModes]
    public async Task Options_whose_copying_throws_are_no_wrapped_clients_fault(bool streamed)
    {
        using var client = new FakeChatClient();
        await using var router = new Router(RoutingStrategy.FirstAvailable);
        router.AddProvider(new ChatClientProvider("wrapped", client, new ProviderInfo("wrapped", "v", "another-model")));

        var error =
            (await FluentActions.Awaiting(() => AskAsync(router, Reading.Buffered(options: new Uncopied()) with { Streaming = streamed }))
                .Should().ThrowAsync<LlmException>()).Which;

        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
        router.GetMetrics()["wrapped"].IsAvailable.Should().BeTrue();
    }

    [Theory]
    [BothModes]
    public async Task The_attempts_own_cancellation_stays_one(bool streamed)
    {
        using var caller = new CancellationTokenSource();
        using var client = new HttpClient(new OkHandler("openai"));
        var provider = Vendors.New("openai", client);
        var request = With(new Getter(() =>
        {
            caller.Cancel();
            throw new OperationCanceledException(caller.Token);
        }), streamed);

        await FluentActions.Awaiting(() => provider.ReadAsync(request, caller.Token)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_count_of_tokens_that_cannot_be_asked_is_an_invalid_request()
    {
        using var client = new HttpClient(new OkHandler("yandex"));
        using var provider = (YandexGptProvider)Vendors.New("yandex", client);

        var error = (await FluentActions.Awaiting(() => provider.CountTokensAsync(Broken("cycle", streamed: false).Messages))
            .Should().ThrowAsync<LlmException>()).Which;

        error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Fact]
    public async Task The_error_names_the_types_and_keeps_the_cause()
    {
        using var client = new HttpClient(new OkHandler("openai"));
        var provider = Vendors.New("openai", client);

        var (_, error) = await provider.FailAsync(Broken("throwing getter", streamed: false));

        error.Message.Should().Contain(nameof(Getter)).And.Contain("System.InvalidOperationException").And.NotContain(Canary);
        error.InnerException!.Message.Should().Contain(Canary);
    }

    private static Wrapped Named(string name, ILlmProvider inner) =>
        new(inner, inner.Info with { Name = name, Capabilities = (ProviderCapabilities)~0 });

    private static async Task<string> AskAsync(Router router, LlmRequest request)
    {
        if (!request.Streaming)
            return (await router.RouteAsync(request)).Text;
        var text = "";
        await foreach (var update in router.RouteStreamAsync(request))
            text += update.Text;
        return text;
    }

    private static LlmRequest Broken(string fault, bool streamed) => fault switch
    {
        "cycle" => With(new Knot(), streamed),
        "infinity" => With(new { Value = double.PositiveInfinity }, streamed),
        "throwing getter" => With(new Getter(() => throw new InvalidOperationException(Canary)), streamed),
        "getter that fails as a provider does" =>
            With(new Getter(() => throw new LlmException(LlmErrorKind.Unavailable, Canary)), streamed),
        "getter that cancels" => With(new Getter(() => throw new OperationCanceledException(Canary)), streamed),
        "throwing converter" => With(new Converted(), streamed),
        "throwing text" => With(new Unlisted(), streamed),
        "default element" => With(default(JsonElement), streamed),
        "disposed element" => With(Disposed(), streamed),
        "deep node" => With(Deep(2000), streamed),
        "deep objects" => With(Enumerable.Range(0, 300).Aggregate(new Link(null), (inner, _) => new Link(inner)), streamed),
        "asynchronous sequence" => With(Sequence(), streamed),
        "default schema" => With(new ChatOptions { Tools = [new Tool(() => "tool", default)] }, streamed),
        "disposed schema" => With(new ChatOptions { Tools = [new Tool(() => "tool", Disposed())] }, streamed),
        "throwing tool" =>
            With(new ChatOptions { Tools = [new Tool(() => throw new InvalidOperationException(Canary), default)] }, streamed),
        "throwing tools" => With(new ChatOptions { Tools = new BadList<AITool>() }, streamed),
        "null among tools" => With(new ChatOptions { Tools = [null!] }, streamed),
        "default format" => With(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(default(JsonElement)) }, streamed),
        "null among stops" => With(new ChatOptions { StopSequences = ["end", null!] }, streamed),
        "throwing stops" => With(new ChatOptions { StopSequences = new BadList<string>() }, streamed),
        "throwing contents" => new LlmRequest([new ChatMessage(ChatRole.User, new BadList<AIContent>())]) { Streaming = streamed },
        _ => new LlmRequest([new ChatMessage(ChatRole.User, "hi"), new ChatMessage(
            ChatRole.Assistant, [new FunctionCallContent("1", "f", new BadDictionary())]), new ChatMessage(ChatRole.User, "go on")])
        {
            Streaming = streamed
        },
    };

    private static LlmRequest With(ChatOptions options, bool streamed) => Reading.Buffered(options: options) with { Streaming = streamed };

    private static LlmRequest With(object value, bool streamed) => new([
        new ChatMessage(ChatRole.User, "hi"),
        new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "f")]),
        new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", value)])])
    { Streaming = streamed };

    private static JsonElement Disposed()
    {
        using var document = JsonDocument.Parse("""{"type":"object"}""");
        return document.RootElement;
    }

    private static JsonNode Deep(int depth)
    {
        JsonNode node = new JsonObject();
        for (var i = 0; i < depth; i++)
            node = new JsonArray(node);
        return node;
    }

    private static async IAsyncEnumerable<int> Sequence()
    {
        await Task.Yield();
        yield return 1;
    }
}
