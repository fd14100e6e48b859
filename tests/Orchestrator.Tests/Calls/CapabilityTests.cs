using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A provider that cannot serve a request is not asked.</summary>
public class CapabilityTests
{
    public static TheoryData<ProviderCapabilities, bool> Needs()
    {
        var data = new TheoryData<ProviderCapabilities, bool>();
        foreach (var need in new[]
        {
            ProviderCapabilities.Tools, ProviderCapabilities.Images, ProviderCapabilities.StructuredOutput, ProviderCapabilities.Reasoning
        })
        {
            data.Add(need, true);
            data.Add(need, false);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Needs))]
    public async Task A_provider_that_lacks_what_a_request_needs_is_left_out(ProviderCapabilities need, bool streamed)
    {
        var lacking = Provider("lacking", ProviderCapabilities.All & ~need);
        var able = Provider("able", need);
        await using var router = InOrder(null, lacking, able);
        (await router.AskAsync(streamed, Options(need), Messages(need))).Should().Be("able");
        lacking.Calls.Should().Be(0);
        (await router.AskAsync(streamed)).Should().Be("lacking", "a plain request needs nothing");
    }

    [Theory]
    [MemberData(nameof(Needs))]
    public async Task A_request_that_no_provider_can_serve_names_what_each_lacks(ProviderCapabilities need, bool streamed)
    {
        var (a, b) = (Provider("a", ProviderCapabilities.All & ~need), Provider("b", ProviderCapabilities.None));
        await using var router = InOrder(null, a, b);
        var error = await router.FailAsync<LlmException>(streamed, Options(need), Messages(need));
        error.Kind.Should().Be(LlmErrorKind.NoCandidate);
        error.Message.Should().Contain($"needs {need}").And.Contain($"a lacks {need}").And.Contain($"b lacks {need}");
        (a.Calls, b.Calls).Should().Be((0, 0));
    }

    [Fact]
    public async Task Two_halves_do_not_make_a_whole()
    {
        var (a, b) = (Provider("a", ProviderCapabilities.Tools), Provider("b", ProviderCapabilities.Images));
        await using var router = InOrder(null, a, b);
        var error = await router.FailAsync<LlmException>(
            streamed: false, Options(ProviderCapabilities.Tools), Messages(ProviderCapabilities.Images));
        error.Message.Should().Contain("a lacks Images").And.Contain("b lacks Tools");
    }

    [Fact]
    public async Task Tools_that_must_not_be_called_json_without_a_schema_and_no_reasoning_need_nothing()
    {
        await using var router = InOrder(null, Provider("plain", ProviderCapabilities.None));
        var options = new ChatOptions
        {
            Tools = [AIFunctionFactory.Create(() => 1, "one")],
            ToolMode = ChatToolMode.None,
            ResponseFormat = ChatResponseFormat.Json,
            Reasoning = new() { Effort = ReasoningEffort.None },
        };
        (await router.AskAsync(streamed: false, options)).Should().Be("plain");
        (await router.AskAsync(streamed: false, new ChatOptions { Tools = [] })).Should().Be("plain", "an empty list of tools has none");
    }

    [Fact]
    public async Task An_image_by_its_address_is_an_image_and_a_text_by_its_address_is_none()
    {
        var lacking = Provider("lacking", ProviderCapabilities.None);
        await using var router = InOrder(null, lacking, Provider("able", ProviderCapabilities.Images));
        (await router.AskAsync(streamed: false, messages: Linked("image/png"))).Should().Be("able");
        (await router.AskAsync(streamed: false, messages: Linked("text/plain"))).Should().Be("lacking");

        static ChatMessage[] Linked(string type) => [new(ChatRole.User, [new UriContent("https://example.test/it", type)])];
    }

    private static FakeProvider Provider(string name, ProviderCapabilities capabilities) =>
        new(name, (_, _) => Some.Answer(name)) { Info = new(name, "mock", "m") { Capabilities = capabilities } };

    private static ChatOptions? Options(ProviderCapabilities need) => need switch
    {
        ProviderCapabilities.Tools => new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] },
        ProviderCapabilities.StructuredOutput =>
            new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonDocument.Parse("""{"type":"object"}""").RootElement) },
        ProviderCapabilities.Reasoning => new() { Reasoning = new() { Effort = ReasoningEffort.Low } },
        _ => null,
    };

    private static ChatMessage[] Messages(ProviderCapabilities need) => need == ProviderCapabilities.Images
        ? [new(ChatRole.User, [new TextContent("what is this?"), new DataContent(new byte[] { 1, 2, 3 }, "image/png")])]
        : Hello;
}
