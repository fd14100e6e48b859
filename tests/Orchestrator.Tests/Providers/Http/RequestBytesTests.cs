using System.Net;
using System.Text;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Handlers of the application's that go on reading a request after its answer read that request,
/// whatever is asked meanwhile.</summary>
public class RequestBytesTests
{
    public static TheoryData<string, bool, string> Cases
    {
        get
        {
            var data = new TheoryData<string, bool, string>();
            foreach (var vendor in new[] { "openai", "ollama", "gigachat", "yandex" })
            {
                foreach (var streamed in new[] { true, false })
                {
                    data.Add(vendor, streamed, "200");
                    data.Add(vendor, streamed, "500");
                    data.Add(vendor, streamed, "throws");
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_handler_that_reads_on_after_the_end_reads_its_own_request(string vendor, bool streamed, string end)
    {
        using var slow = new ReadingOn(end);
        using var client = new HttpClient(slow) { Timeout = Timeout.InfiniteTimeSpan };
        var provider = Vendors.New(vendor, client);
        var mine = new LlmRequest(string.Concat(Enumerable.Repeat("mine ", 50_000))) { Streaming = streamed };
        try
        {
            await provider.ReadAsync(mine);
        }
        catch (LlmException)
        {
            // Its answer is none, or it has none.
        }

        using var quick = new ReadingOn("500");
        using var others = new HttpClient(quick) { Timeout = Timeout.InfiniteTimeSpan };
        var other = Vendors.New(vendor, others);
        for (var i = 0; i < 6; i++)
            await other.FailAsync(new LlmRequest(string.Concat(Enumerable.Repeat("theirs ", 40_000))) { Streaming = streamed });

        var read = await slow.ReadOnAsync();

        read.Should().HaveCount(2).And.AllSatisfy(text =>
        {
            text.Should().StartWith("{").And.EndWith("}").And.NotContain("theirs");
            text.Split("mine ").Should().HaveCount(50_001);
        });
    }

    /// <summary>Begins to read the request twice, answers, and goes on when the test lets it.</summary>
    private sealed class ReadingOn(string end) : HttpMessageHandler
    {
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private List<Task<string>>? _readings;

        public async Task<string[]> ReadOnAsync()
        {
            _goOn.SetResult();
            return await Task.WhenAll(_readings!);
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _readings ??= [ReadAsync(request.Content!), ReadAsync(request.Content!)];
            return end == "throws"
                ? Task.FromException<HttpResponseMessage>(new HttpRequestException("gone"))
                : Task.FromResult(new HttpResponseMessage((HttpStatusCode)int.Parse(end, System.Globalization.CultureInfo.InvariantCulture))
                {
                    Content = new StringContent("{}"),
                    RequestMessage = request
                });
        }

        private async Task<string> ReadAsync(HttpContent content)
        {
            using var gated = new Gated(_goOn.Task);
            await content.CopyToAsync(gated);
            return Encoding.UTF8.GetString(gated.ToArray());
        }
    }

    private sealed class Gated(Task gate) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await gate;
            base.Write(buffer.Span);
        }
    }
}
