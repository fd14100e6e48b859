using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Calls;

public sealed class CollectedAnswerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 9, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Func<ChatResponseUpdate>[] Kinds =
    [
        () => Text("one "),
        () => Text("two "),
        () => Text(""),
        () => Text("other message", u => u.MessageId = "m2"),
        () => Text("other model", u => u.ModelId = "fir"),
        () => Text("other response", u => u.ResponseId = "r2"),
        () => Text("later", u => u.CreatedAt = Noon),
        () => Text("a tool", u => u.Role = ChatRole.Tool),
        () => Text("a name", u => u.AuthorName = "Ada"),
        () => Text("a conversation", u => u.ConversationId = "c"),
        () => Text("the end", u => u.FinishReason = ChatFinishReason.Stop),
        () => Text("raw", u => u.RawRepresentation = "raw"),
        () => Text("more", u => u.AdditionalProperties = new() { ["more"] = 1 }),
        () => Text("content with more", u => u.Contents[0].AdditionalProperties = new() { ["more"] = 2 }),
        () => Text("annotated", u => u.Contents[0].Annotations = [new CitationAnnotation { Title = "book" }]),
        () => Of(new TextReasoningContent("thought ")),
        () => Of(new TextReasoningContent("sealed ") { ProtectedData = "x" }),
        () => Of(new TextContent("a"), new TextContent("b")),
        () => Of(),
        () => Text("content raw", u => u.Contents[0].RawRepresentation = "raw"),
        () => Text("no role", u => u.Role = null),
        () => Text("no id", u => u.MessageId = null),
        () => Text("empty id", u => (u.MessageId, u.ResponseId, u.AuthorName) = ("", "", "")),
        () => Text("earlier", u => u.CreatedAt = Noon.AddHours(-1)),
        () => Text("more of the same", u => u.AdditionalProperties = new() { ["more"] = 2, ["other"] = 3 }),
        () => Of(new DataContent("data:image/png;base64,AAAA")),
        () => Of(new TextReasoningContent("")),
        () => Of(new ErrorContent("error")),
        () => Of(new UsageContent(new UsageDetails { OutputTokenCount = 3, AdditionalCounts = new() { ["own"] = 1 } })),
        () => Of(new UsageContent(new UsageDetails { InputTokenCount = 3 })),
        () => Of(new FunctionCallContent("id", "name")),
    ];

    [Fact]
    public void Joined_updates_make_the_response_that_the_single_ones_make()
    {
        var random = new Random(5);
        for (var round = 0; round < 5_000; round++)
        {
            // Runs are what the joining is about: every other update is the one before once more.
            var updates = new List<Func<ChatResponseUpdate>>();
            for (var i = random.Next(1, 12); i > 0; i--)
                updates.Add(updates.Count > 0 && random.Next(2) == 0 ? updates[^1] : Kinds[random.Next(Kinds.Length)]);
            var held = new CollectedAnswer("a");
            foreach (var update in updates)
                held.Add(update());

            Json(held.ToResponse()).Should().Be(Json(updates.Select(u => u()).ToChatResponse()));
        }
    }

    [Fact]
    public void A_run_is_one_text_and_the_updates_of_the_provider_stay_as_they_are()
    {
        var held = new CollectedAnswer("a");
        var first = Text("one ");
        held.Add(first);
        held.Add(Text("two "));
        held.Messages.Should().ContainSingle().Which.Contents.Should().ContainSingle().Which.ToString().Should().Be("one two ");
        held.Add(Text("three"));

        held.ToResponse().Text.Should().Be("one two three");
        first.Text.Should().Be("one ");
    }

    [Fact]
    public void A_run_of_thoughts_is_one_thought_and_ends_where_the_text_begins()
    {
        var held = new CollectedAnswer("a");
        held.Add(Of(new TextReasoningContent("first ")));
        held.Add(Of(new TextReasoningContent("then ")));
        held.Add(Text("so"));

        held.Messages.Should().ContainSingle().Which.Contents.Should().SatisfyRespectively(
            thought => thought.Should().BeOfType<TextReasoningContent>().Which.Text.Should().Be("first then "),
            text => text.Should().BeOfType<TextContent>().Which.Text.Should().Be("so"));
    }

    [Fact]
    public void A_text_that_was_taken_back_leaves_the_rest()
    {
        var held = new CollectedAnswer("a");
        held.Add(Text("one "));
        held.Add(Text("two"));
        held.Add(Of(new FunctionCallContent("id", "name")));
        held.ReplaceText("other");

        held.ToResponse().Messages.Should().ContainSingle().Which.Contents.Select(c => c.GetType())
            .Should().Equal(typeof(FunctionCallContent), typeof(TextContent));
        held.ToResponse().Text.Should().Be("other");
    }

    private static ChatResponseUpdate Text(string text, Action<ChatResponseUpdate>? change = null)
    {
        var update = Of(new TextContent(text));
        change?.Invoke(update);
        return update;
    }

    private static ChatResponseUpdate Of(params AIContent[] contents) =>
        new() { Role = ChatRole.Assistant, ModelId = "pine", MessageId = "m", ResponseId = "r", Contents = [.. contents] };

    private static string Json(ChatResponse response) => JsonSerializer.Serialize(response, AIJsonUtilities.DefaultOptions);
}
