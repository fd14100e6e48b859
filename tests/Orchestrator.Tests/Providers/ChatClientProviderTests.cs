using Microsoft.Extensions.AI;
using NSubstitute;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers;

public class ChatClientProviderTests
{
    private static readonly ChatResponseUpdate Hello = new(ChatRole.Assistant, "hello");
    private static readonly ChatResponseUpdate End = new() { FinishReason = ChatFinishReason.Stop };

    [Fact]
    public void Metadata_says_who_answers()
    {
        Info(new("OpenAI", defaultModelId: "gpt-4o")).Should().Be(new ProviderInfo("p", "openai", "gpt-4o"));
        Info(new("ollama")).Should().Be(new ProviderInfo("p", "ollama", "default"));
        Info(new("")).Should().Be(new ProviderInfo("p", "unknown", "default"));
        Info(null).Should().Be(new ProviderInfo("p", "unknown", "default"));

        static ProviderInfo Info(ChatClientMetadata? metadata) =>
            new ChatClientProvider("p", new FakeChatClient { Metadata = metadata }).Info;
    }

    [Fact]
    public void Given_information_wins_but_for_the_name()
    {
        var info = new ProviderInfo("other", "openai", "gpt-4o") { ContextWindow = 5 };
        using var client = new FakeChatClient { Metadata = new("ollama", null, "qwen") };

        new ChatClientProvider("p", client, info).Info.Should().Be(info with { Name = "p" });
        new ChatClientProvider("other", client, info).Info.Should().BeSameAs(info);
    }

    [Fact]
    public void Refuses_missing_arguments()
    {
        FluentActions.Invoking(() => new ChatClientProvider("", new FakeChatClient())).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ChatClientProvider("p", null!)).Should().Throw<ArgumentNullException>();
        new ChatClientProvider("p", new FakeChatClient()).Invoking(p => p.GenerateAsync(null!, default))
            .Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public async Task A_whole_answer_is_one_update_that_carries_the_clients_own_object()
    {
        var response = new ChatResponse([new(ChatRole.Assistant, "a"), new(ChatRole.Assistant, "b")])
        {
            ModelId = "m",
            ResponseId = "r",
            FinishReason = ChatFinishReason.Length,
            Usage = new() { InputTokenCount = 3 },
        };
        using var client = new FakeChatClient { Response = response };
        using var cancel = new CancellationTokenSource();
        var request = Reading.Buffered();

        var update = (await new ChatClientProvider("p", client).ReadAsync(request, cancel.Token)).Single();

        update.RawRepresentation.Should().BeSameAs(response);
        update.Text.Should().Be("ab");
        (update.ModelId, update.ResponseId, update.FinishReason).Should().Be(("m", "r", ChatFinishReason.Length));
        update.Contents.OfType<UsageContent>().Should().BeEmpty("usage is in the response, and must not be there twice");
        client.Asked.Single().Messages.Select(m => m.Text).Should().Equal(request.Messages.Select(m => m.Text));
        client.Asked.Single().Token.Should().Be(cancel.Token);
    }

    [Fact]
    public async Task A_stream_passes_through_untouched()
    {
        var update = await new ChatClientProvider("p", new FakeChatClient { Updates = [Hello, End] }).ReadAsync(Reading.Streamed());

        update.Should().HaveCount(2);
        update[0].Should().BeSameAs(Hello);
        update[1].Should().BeSameAs(End);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("gpt")]
    public async Task Options_that_fit_the_model_are_passed_in_an_equal_copy(string? asked)
    {
        using var client = new FakeChatClient { Metadata = new("openai", null, "gpt"), Updates = [Hello, End] };
        var options = new ChatOptions { ModelId = asked, Temperature = 0.5f };
        var provider = new ChatClientProvider("p", client);

        await provider.ReadAsync(Reading.Buffered(options: options));
        await provider.ReadAsync(Reading.Streamed(options: options));
        await provider.ReadAsync(Reading.Buffered());

        client.Asked.Select(a => (a.Options?.ModelId, a.Options?.Temperature)).Should().Equal((asked, 0.5f), (asked, 0.5f), (null, null));
        client.Asked.Should().NotContain(a => ReferenceEquals(a.Options, options));
    }

    [Theory]
    [InlineData("gpt", "alias", "gpt")]
    [InlineData(null, "alias", null)]
    [InlineData(null, "default", null)]
    public async Task An_alias_is_replaced_by_the_providers_own_model_in_a_copy(string? clientsModel, string asked, string? sent)
    {
        using var client = new FakeChatClient { Metadata = new("openai", null, clientsModel) };
        var options = new ChatOptions { ModelId = asked, Temperature = 0.5f };

        await new ChatClientProvider("p", client).ReadAsync(Reading.Buffered(options: options));

        var received = client.Asked.Single().Options!;
        received.Should().NotBeSameAs(options);
        (received.ModelId, received.Temperature).Should().Be((sent, 0.5f));
        options.ModelId.Should().Be(asked, "the caller's options are the caller's");
    }

    [Fact]
    public async Task A_model_other_than_the_clients_default_is_asked_for()
    {
        using var client = new FakeChatClient { Metadata = new("openai", null, "gpt") };
        var options = new ChatOptions();
        var provider = new ChatClientProvider("p", client, new("p", "openai", "gpt-large"));

        await provider.ReadAsync(Reading.Buffered());
        await provider.ReadAsync(Reading.Buffered(options: options));

        client.Asked.Select(a => a.Options!.ModelId).Should().Equal("gpt-large", "gpt-large");
        options.ModelId.Should().BeNull();
    }

    [Fact]
    public async Task A_stream_without_a_finish_reason_is_interrupted_unless_accepted()
    {
        using var client = new FakeChatClient { Updates = [Hello] };

        var (text, error) = await new ChatClientProvider("p", client).FailAsync(Reading.Streamed());

        text.Should().Be("hello");
        error.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        error.Message.Should().Contain("RequireFinishReason");
        (await new ChatClientProvider("p", client) { RequireFinishReason = false }.ReadAsync(Reading.Streamed())).Should().ContainSingle();
    }

    [Fact]
    public async Task A_client_that_ends_quietly_when_cancelled_does_not_pass_for_an_answer()
    {
        using var cancel = new CancellationTokenSource();
        var provider = new ChatClientProvider("p", new FakeChatClient { Updates = [Hello] }) { RequireFinishReason = false };

        var reading = async () =>
        {
            await foreach (var _ in provider.GenerateAsync(Reading.Streamed(), cancel.Token))
                await cancel.CancelAsync();
        };

        (await reading.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(cancel.Token);
    }

    [Theory]
    [BothModes]
    public async Task Foreign_failures_are_typed(bool streaming)
    {
        var failure = new HttpRequestException("secret", null, System.Net.HttpStatusCode.TooManyRequests);

        var (_, error) = await new ChatClientProvider("p", new FakeChatClient { Failure = failure })
            .FailAsync(new("hi") { Streaming = streaming });

        (error.Kind, error.StatusCode, error.InnerException).Should().Be((LlmErrorKind.RateLimited, 429, failure));
    }

    [Fact]
    public async Task A_connection_that_breaks_after_text_is_a_cut_answer()
    {
        var failure = new HttpIOException(HttpRequestError.ResponseEnded);

        (await Fail()).Kind.Should().Be(LlmErrorKind.Unavailable);
        (await Fail(Hello)).Kind.Should().Be(LlmErrorKind.StreamInterrupted);

        async Task<LlmException> Fail(params ChatResponseUpdate[] before) =>
            (await new ChatClientProvider("p", new FakeChatClient { Updates = before, Failure = failure })
                .FailAsync(Reading.Streamed())).Error;
    }

    [Fact]
    public async Task Typed_failures_and_the_callers_cancellation_pass_as_they_are()
    {
        var typed = new LlmException(LlmErrorKind.ContentFiltered, "no");
        (await new ChatClientProvider("p", new FakeChatClient { Failure = typed }).FailAsync(Reading.Buffered())).Error
            .Should().BeSameAs(typed);

        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var cancelled = new OperationCanceledException(cancel.Token);
        foreach (var request in new[] { Reading.Streamed(), Reading.Buffered() })
        {
            var provider = new ChatClientProvider("p", new FakeChatClient { Failure = cancelled });
            (await provider.Awaiting(p => p.ReadAsync(request, cancel.Token)).Should().ThrowAsync<OperationCanceledException>())
                .Which.Should().BeSameAs(cancelled);
            (await provider.FailAsync(request)).Error.Kind.Should().Be(LlmErrorKind.Timeout, "this time no caller asked for it");
        }
    }

    [Fact]
    public async Task A_failure_when_the_stream_is_made_is_typed_too()
    {
        var client = Substitute.For<IChatClient>();
        client.GetStreamingResponseAsync(default!, default, default).ReturnsForAnyArgs(_ => throw new NotSupportedException());

        (await new ChatClientProvider("p", client).FailAsync(Reading.Streamed())).Error.Kind.Should().Be(LlmErrorKind.NotSupported);
    }

    [Fact]
    public async Task A_failure_when_the_stream_is_disposed_is_typed_too()
    {
        var provider = new ChatClientProvider("p", new FakeChatClient { Updates = [Hello, End], FailureOnDispose = new IOException() });
        await using var updates = provider.GenerateAsync(Reading.Streamed(), default).GetAsyncEnumerator();
        await updates.MoveNextAsync();

        var dispose = await FluentActions.Awaiting(() => updates.DisposeAsync().AsTask()).Should().ThrowAsync<LlmException>();

        dispose.Which.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
    }

    [Fact]
    public async Task Nulls_from_the_client_are_malformed_responses()
    {
        using var client = new FakeChatClient { Response = null, Updates = [null] };

        (await new ChatClientProvider("p", client).FailAsync(Reading.Buffered())).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
        (await new ChatClientProvider("p", client).FailAsync(Reading.Streamed())).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task The_client_is_disposed_once()
    {
        var (client, other) = (new FakeChatClient(), new FakeChatClient());
        var (provider, second) = (new ChatClientProvider("p", client), new ChatClientProvider("p", other));

        await provider.DisposeAsync();
        await provider.DisposeAsync();
        provider.Dispose();
        second.Dispose();
        await second.DisposeAsync();

        (client.Disposed, client.DisposedAsync).Should().Be((0, 1));
        (other.Disposed, other.DisposedAsync).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_client_that_knows_only_Dispose_is_disposed_by_it()
    {
        var client = Substitute.For<IChatClient>();

        await new ChatClientProvider("p", client).DisposeAsync();

        client.Received(1).Dispose();
    }
}
