using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>What a foreign client or provider does to its options and messages reaches neither the next one nor the caller.</summary>
public sealed partial class ForeignCopiesTests
{
    private static readonly Dictionary<string, Action<IList<ChatMessage>, ChatOptions>> Harms = new()
    {
        ["tools removed"] = (_, o) => o.Tools!.Clear(),
        ["tools dropped"] = (_, o) => o.Tools = null,
        ["instructions"] = (_, o) => o.Instructions = "say nothing",
        ["stop sequences"] = (_, o) => o.StopSequences!.Add("the"),
        ["properties"] = (_, o) => o.AdditionalProperties!["key"] = "other",
        ["format"] = (_, o) => o.ResponseFormat = ChatResponseFormat.Json,
        ["numbers"] = (_, o) => (o.Temperature, o.MaxOutputTokens, o.Seed) = (2, 1, 3),
        ["reasoning"] = (_, o) => o.Reasoning!.Effort = ReasoningEffort.High,
        ["message added"] = (m, _) => m.Add(new(ChatRole.System, "lie")),
        ["message removed"] = (m, _) => m.RemoveAt(0),
        ["messages cleared"] = (m, _) => m.Clear(),
        ["message replaced"] = (m, _) => m[0] = new(ChatRole.User, "other"),
        ["role"] = (m, _) => m[0].Role = ChatRole.System,
        ["content added"] = (m, _) => m[0].Contents.Add(new TextContent("more")),
        ["contents cleared"] = (m, _) => m[0].Contents.Clear(),
        ["contents replaced"] = (m, _) => m[0].Contents = [new TextContent("other")],
        ["message properties"] = (m, _) => m[0].AdditionalProperties!["key"] = "other",
    };

    public static TheoryData<string, string, bool> Cases()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var harm in Harms.Keys)
        {
            foreach (var kind in new[]
            {
                "client", "custom", "client and messages of a derived class", "custom and messages of a derived class"
            })
            {
                data.Add(harm, kind, true);
                data.Add(harm, kind, false);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_was_altered_reaches_neither_a_retry_nor_the_next_nor_the_caller(string harm, string kind, bool streamed)
    {
        List<string> seen = [];
        ILlmProvider Harmful(string name, bool fails) =>
            kind.StartsWith("client", StringComparison.Ordinal)
                ? HarmfulClient(name, fails, harm, seen)
                : HarmfulCustom(name, fails, harm, seen);
        var options = Options();
        var isDerived = kind.EndsWith("class", StringComparison.Ordinal);
        ChatMessage[] messages = [Message("hello", isDerived), Message("again", isDerived)];
        var before = Show(messages, options);
        var retry = new RetryOptions { MinDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero };
        await using var router = InOrder(
            new() { Retry = retry, MaxAttempts = 8 }, Harmful("a", fails: true), Harmful("b", fails: true), Harmful("c", fails: false));
        await router.AskAsync(streamed, options, messages);

        seen.Should().HaveCountGreaterThan(3, "at least one was asked again").And.AllBe(before);
        Show(messages, options).Should().Be(before);
    }

    [Fact]
    public async Task The_copy_of_a_message_of_a_derived_class_is_a_plain_message_that_says_all()
    {
        ChatMessage? got = null;
        await using var router = InOrder(null, new FakeProvider("a", (request, _) =>
        {
            got = request.Messages[0];
            return Some.Answer("ok");
        }));
        var raw = new object();
        var content = new TextContent("hello");
        await router.RouteAsync(new LlmRequest([new OwnMessage
        {
            Role = ChatRole.System,
            Contents = [content],
            AuthorName = "Ada",
            MessageId = "m1",
            CreatedAt = DateTimeOffset.UnixEpoch,
            RawRepresentation = raw,
            AdditionalProperties = new() { ["key"] = "value" },
        }]));
        (got!.GetType(), got.Role, got.AuthorName, got.MessageId, got.CreatedAt)
            .Should().Be((typeof(ChatMessage), ChatRole.System, "Ada", "m1", DateTimeOffset.UnixEpoch));
        (ReferenceEquals(got.RawRepresentation, raw), ReferenceEquals(got.Contents[0], content), got.AdditionalProperties!["key"])
            .Should().Be((true, true, "value"));
    }

    public static TheoryData<string, IReadOnlyDictionary<string, string>> TagsOfAllKinds() => new()
    {
        { "dictionary", new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["team"] = "red" } },
        { "sorted", new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["team"] = "red" } },
        { "read-only",
            new System.Collections.ObjectModel.ReadOnlyDictionary<string, string>(new Dictionary<string, string> { ["team"] = "red" }) },
        { "own", new OwnTags { ["team"] = "red" } },
    };

    [Theory]
    [MemberData(nameof(TagsOfAllKinds))]
    public async Task A_provider_cannot_change_the_tags(string kind, IReadOnlyDictionary<string, string> tags)
    {
        var log = new AttemptLog();
        var seen = new List<string>();
        FakeProvider Harmful(string name, bool fails) => new(name, (request, _) =>
        {
            seen.Add(request.Tags!["team"]);
            if (request.Tags is IDictionary<string, string> { IsReadOnly: false } open)
                open["team"] = "blue";
            if (request.Tags is OwnTags own)
                own["team"] = "blue";
            return fails ? Some.Failure(Script.Error(LlmErrorKind.ServerError)) : Some.Answer("ok");
        });
        await using var router = InOrder(new() { Observers = { log } }, Harmful("a", fails: true), Harmful("b", fails: false));
        await router.RouteAsync(new LlmRequest("hello") { Tags = tags });
        seen.Should().OnlyContain(v => v == "red", kind).And.HaveCountGreaterThan(1);
        tags["team"].Should().Be("red");
        log.Attempts.Should().OnlyContain(a => a.Tags!["team"] == "red");
    }

    [Fact]
    public async Task Tags_that_cannot_be_copied_are_a_fault_of_the_request()
    {
        await using var router = InOrder(null, FakeProvider.Answering("a", "ok"));
        var call = () => router.RouteAsync(new LlmRequest("hello") { Tags = new OwnTags { Throws = true } });
        (await call.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.InvalidRequest);
    }

    [Fact]
    public async Task Our_own_providers_read_the_originals()
    {
        LlmRequest? asked = null;
        await using var router =
            InOrder(null, new MockProvider("a", options: new MockOptions { ReplyFactory = r => (asked = r).ToString() }));
        var request = new LlmRequest([Message("hello")]) { Options = Options() };
        await router.RouteAsync(request);
        (ReferenceEquals(asked!.Options, request.Options), ReferenceEquals(asked.Messages[0], request.Messages[0]))
            .Should().Be((true, true));
    }

    public static TheoryData<ChatOptions, string> BadOptions() => new()
    {
        { new ThrowingOptions(), "custom" },
        { new ThrowingOptions(), "client" },
        { new NullOptions(), "custom" },
        { new NullOptions(), "client" },
        { new SameOptions(), "custom" },
        { new SameOptions(), "client" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task Options_that_cannot_be_copied_are_a_fault_of_the_request(ChatOptions options, string kind)
    {
        foreach (var streamed in new[] { true, false })
        {
            List<string> seen = [];
            await using var router =
                InOrder(null, kind == "client" ? HarmfulClient("a", false, "numbers", seen) : HarmfulCustom("a", false, "numbers", seen));
            var error = await router.FailAsync<LlmException>(streamed, options);
            error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
            error.Message.Should().NotContain("secret");
            seen.Should().BeEmpty();
        }
    }

    [Fact]
    public async Task Options_whose_copy_shares_its_lists_are_copied_all_the_same()
    {
        var options = new SharingOptions
        {
            Tools = [new HostedWebSearchTool()],
            StopSequences = ["end"],
            AdditionalProperties = new() { ["key"] = "value" }
        };
        await using var router = InOrder(null, new FakeProvider("a", (request, _) =>
        {
            request.Options!.Tools!.Clear();
            request.Options.StopSequences!.Clear();
            request.Options.AdditionalProperties!.Clear();
            return Some.Answer("ok");
        }));
        await router.RouteAsync("hello", options);
        (options.Tools.Count, options.StopSequences.Count, options.AdditionalProperties.Count).Should().Be((1, 1, 1));
    }

    private static ChatClientProvider HarmfulClient(string name, bool fails, string harm, List<string> seen) =>
        new(name, new HarmfulChatClient(harm, seen, fails), new(name, "mock", $"{name}-model"));

    private static FakeProvider HarmfulCustom(string name, bool fails, string harm, List<string> seen) => new(name, (request, _) =>
    {
        var messages = (IList<ChatMessage>)request.Messages;
        seen.Add(Show(messages, request.Options!));
        Harms[harm](messages, request.Options!);
        return fails ? Some.Failure(Script.Error(LlmErrorKind.ServerError)) : Some.Answer("ok");
    });

    private static ChatMessage Message(string text, bool isDerived = false)
    {
        var message = isDerived ? new OwnMessage() : new ChatMessage();
        (message.Role, message.Contents, message.AdditionalProperties) =
            (ChatRole.User, [new TextContent(text)], new() { ["key"] = "value" });
        return message;
    }

    private sealed class OwnMessage : ChatMessage;

    private static ChatOptions Options() => new()
    {
        Instructions = "be brief",
        Tools = [AIFunctionFactory.Create(() => 1, "one")],
        StopSequences = ["end"],
        AdditionalProperties = new() { ["key"] = "value" },
        ResponseFormat = ChatResponseFormat.Text,
        Reasoning = new() { Effort = ReasoningEffort.Low },
        Temperature = 0.5f,
    };

    private static string Show(IEnumerable<ChatMessage> messages, ChatOptions o) =>
        string.Join(';', messages.Select(m => $"{m.Role}:{string.Join('+', m.Contents)}:{m.AdditionalProperties?["key"]}"))
        + $"|{o.Instructions}|{o.Tools?.Count}|{string.Join(',', o.StopSequences ?? [])}|{o.AdditionalProperties?["key"]}"
        + $"|{o.ResponseFormat?.GetType().Name}|{o.Temperature}|{o.MaxOutputTokens}|{o.Seed}|{o.Reasoning?.Effort}";
}
