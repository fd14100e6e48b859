using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>Many streams at once over real sockets: each caller gets its own words, all of them and in order.</summary>
public sealed class ApartTests
{
    private const int Words = 50;

    [Theory]
    [BothModes]
    public async Task A_thousand_answers_at_once_hold_no_word_of_another(bool streamed)
    {
        await using var server = new FakeOpenAiServer(new FaultServerOptions { MaxConnections = 2048 })
        {
            Respond = request => new FakeReply { Pieces = [.. Enumerable.Range(0, Words).Select(i => $"{Tag(request)}:{i} ")] },
            // Cut anywhere, so that buffers are used again at every odd moment.
            Always = Fault.Split(97),
        };
        using var provider = new OpenAiCompatibleProvider("many", new() { BaseUrl = server.BaseUrl, Model = "m" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async tag =>
            (Tag: $"tag-{tag}!", Text: string.Concat((await provider.ReadAsync(new LlmRequest($"tag-{tag}!") { Streaming = streamed }))
                .Select(u => u.Text)))));

        foreach (var (tag, text) in answers)
            text.Should().Be(string.Concat(Enumerable.Range(0, Words).Select(i => $"{tag}:{i} ")));
    }

    private static string Tag(CapturedRequest request)
    {
        var body = request.Text;
        var from = body.IndexOf("tag-", StringComparison.Ordinal);
        return body[from..(body.IndexOf('!', from) + 1)];
    }
}
