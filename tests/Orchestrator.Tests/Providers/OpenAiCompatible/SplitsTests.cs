using System.Net;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

public sealed class SplitsTests
{
    [Theory]
    [MemberData(nameof(RecordedStreams.Names), MemberType = typeof(RecordedStreams))]
    public async Task Any_split_of_the_bytes_gives_the_same_text(string name)
    {
        var stream = RecordedStreams.Named(name);
        for (var size = 1; size <= 97; size++)
        {
            using var client = new HttpClient(new PiecesHandler(stream.Bytes, size));
            using var provider = new OpenAiCompatibleProvider("split", new OpenAiCompatibleOptions { Model = "m" }, client);

            var answer = (await provider.ReadAsync(Reading.Streamed())).ToChatResponse();

            answer.Text.Should().Be(stream.Text);
            answer.FinishReason.Should().NotBeNull();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    public async Task Packets_and_chunks_of_any_size_give_the_same_text(int size)
    {
        await using var wire = new Wire();
        foreach (var stream in RecordedStreams.All)
        {
            wire.Server.Enqueue(
                Fault.Stream(stream.Bytes).And(Fault.Split(size)),
                Fault.Stream(stream.Bytes).And(Fault.Chunks(size)),
                Fault.Stream(stream.Bytes).And(Fault.CloseDelimited()).And(Fault.Split(size)));
            for (var i = 0; i < 3; i++)
                (await wire.TextAsync(streamed: true)).Should().Be(stream.Text);
        }
    }

    [Theory]
    [InlineData(SseForm.Crlf)]
    [InlineData(SseForm.Cr)]
    [InlineData(SseForm.NoSpace)]
    [InlineData(SseForm.Comments)]
    [InlineData(SseForm.NoBlankLines)]
    [InlineData(SseForm.NoLastLineEnd)]
    [InlineData(SseForm.OtherFields)]
    [InlineData(SseForm.ByteOrderMark)]
    [InlineData(SseForm.Crlf | SseForm.NoSpace | SseForm.Comments | SseForm.NoLastLineEnd | SseForm.OtherFields | SseForm.ByteOrderMark)]
    public async Task Every_form_of_events_gives_the_same_answer(SseForm form)
    {
        await using var wire = new Wire();
        wire.Server.Reply = new FakeReply("Небо голубое 🌤️ из-за рассеяния.") { PromptTokens = 3, CompletionTokens = 4 };
        wire.Server.Enqueue(Fault.Sse(form), Fault.Sse(form).And(Fault.MissingTerminator()), Fault.Sse(form).And(Fault.Split(1)));
        for (var i = 0; i < 3; i++)
        {
            var answer = await wire.AnswerAsync(streamed: true);
            answer.Text.Should().Be("Небо голубое 🌤️ из-за рассеяния.");
            answer.Usage!.OutputTokenCount.Should().Be(4);
        }
    }

    [Theory]
    [InlineData(BodyCoding.Gzip)]
    [InlineData(BodyCoding.Brotli)]
    [InlineData(BodyCoding.Deflate)]
    public async Task Compressed_answers_are_read(BodyCoding coding)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Compressed(coding), Fault.Compressed(coding));

        (await wire.TextAsync(streamed: true)).Should().Be(new FakeReply().Text);
        (await wire.TextAsync(streamed: false)).Should().Be(new FakeReply().Text);
        wire.Server.LastRequest.Header("Accept-Encoding").Should().Contain("gzip");
    }

    private sealed class PiecesHandler(byte[] bytes, int size) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StreamContent(new Pieces(bytes, size)),
                RequestMessage = request
            });
    }

    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
