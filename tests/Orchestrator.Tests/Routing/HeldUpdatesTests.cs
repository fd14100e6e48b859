using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Routing;

public sealed class HeldUpdatesTests
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
            var held = new HeldUpdates();
            foreach (var update in updates)
                held.Join(update());

            Json(held.All()).Should().Be(Json([.. updates.Select(u => u())]));
        }
    }

    [Fact]
    public void A_run_is_one_update_and_the_updates_of_the_provider_stay_as_they_are()
    {
        var held = new HeldUpdates();
        var first = Text("one ");
        held.Join(first);
        held.Join(Text("two "));
        held.All().Should().ContainSingle().Which.Text.Should().Be("one two ");
        held.Join(Text("three"));

        held.All().Should().ContainSingle().Which.Text.Should().Be("one two three");
        first.Text.Should().Be("one ");
    }

    [Fact]
    public void A_run_of_thoughts_is_one_update_and_ends_where_the_text_begins()
    {
        var held = new HeldUpdates();
        held.Join(Of(new TextReasoningContent("first ")));
        held.Join(Of(new TextReasoningContent("then ")));
        held.Join(Text("so"));

        held.All().Select(u => u.Contents.Single()).Should().SatisfyRespectively(
            thought => thought.Should().BeOfType<TextReasoningContent>().Which.Text.Should().Be("first then "),
            text => text.Should().BeOfType<TextContent>().Which.Text.Should().Be("so"));
    }

    [Fact]
    public void What_is_not_to_be_joined_stays_single()
    {
        var held = new HeldUpdates();
        ChatResponseUpdate[] updates = [Text("one "), Text("two ")];
        foreach (var update in updates)
            held.Add(update);

        held.Count.Should().Be(2);
        held.All().Should().Equal(updates);
    }

    private static ChatResponseUpdate Text(string text, Action<ChatResponseUpdate>? change = null)
    {
        var update = Of(new TextContent(text));
        change?.Invoke(update);
        return update;
    }

    private static ChatResponseUpdate Of(params AIContent[] contents) =>
        new() { Role = ChatRole.Assistant, ModelId = "pine", MessageId = "m", ResponseId = "r", Contents = [.. contents] };

    private static string Json(List<ChatResponseUpdate> updates) => JsonSerializer.Serialize(updates.ToChatResponse(), AIJsonUtilities.DefaultOptions);
}
