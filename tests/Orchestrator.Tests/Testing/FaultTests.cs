using System.IO.Compression;
using System.Net;
using System.Text;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Testing;

public sealed class FaultTests
{
    private const string Terminator = "0\r\n\r\n";

    [Fact]
    public async Task Cuts_end_the_body_where_and_how_they_say()
    {
        await using var server = new FakeOpenAiServer { Reply = new FakeReply("one two three") };
        server.Enqueue(
            Fault.CutAfterEvents(2), Fault.CutAfterEvents(2, CutKind.Clean), Fault.CutAfterBytes(10),
            Fault.CutAfterBytes(10, CutKind.Clean),
            Fault.CutAfterEvents(2, CutKind.Stall), Fault.CutAfterBytes(0, CutKind.Reset));

        var two = await AskAsync(server);
        var clean = await AskAsync(server, close: true);
        var ten = await AskAsync(server);
        var tenClean = await AskAsync(server, close: true);
        var stalled = await AskAsync(server, limit: 200);
        var reset = await RawClient.AskAsync(server.Address, RawClient.Chat());

        two.Should().Contain("\"one\"").And.NotContain("\"two\"").And.NotContain("two\"").And.NotEndWith(Terminator);
        clean.Should().Contain("\"one\"").And.NotContain("two\"").And.EndWith(Terminator);
        ten.Should().EndWith("a\r\ndata: {\"id\r\n");
        tenClean.Should().EndWith("a\r\ndata: {\"id\r\n" + Terminator);
        stalled.Should().Contain("\"one\"").And.NotEndWith(Terminator);
        reset.WasReset.Should().BeTrue();
    }

    [Fact]
    public async Task Whole_answers_are_cut_under_the_length_they_promised_unless_cleanly()
    {
        await using var server = new FakeOpenAiServer();
        server.Enqueue(
            Fault.Body("0123456789").And(Fault.CutAfterBytes(4)), Fault.Body("0123456789").And(Fault.CutAfterBytes(4, CutKind.Clean)),
            Fault.Body("0123456789").And(Fault.WrongLength(5)), Fault.Body("0123456789").And(Fault.WrongLength(-5)));

        (await AskAsync(server)).Should().Contain("Content-Length: 10\r\n").And.EndWith("\r\n\r\n0123");
        (await AskAsync(server, close: true)).Should().Contain("Content-Length: 4\r\n").And.EndWith("\r\n\r\n0123");
        (await AskAsync(server)).Should().Contain("Content-Length: 15\r\n").And.EndWith("0123456789");
        (await AskAsync(server)).Should().Contain("Content-Length: 5\r\n").And.EndWith("0123456789");
    }

    [Fact]
    public async Task Events_are_dropped_broken_inserted_and_repeated()
    {
        await using var server = new FakeOpenAiServer { Reply = new FakeReply("one two") };
        server.Enqueue(Fault.MissingTerminator(), Fault.MalformedEvent(1), Fault.InsertEvent(1, "data: mine\n\n"), Fault.RepeatEvent(1, 3),
            Fault.SentTwice(), Fault.ErrorEvent(2));

        (await EventsAsync(server)).Should().HaveCount(4).And.NotContain("[DONE]");
        var malformed = await EventsAsync(server);
        malformed.Should().HaveCount(5);
        malformed[1].Should().StartWith("{\"id\"").And.NotEndWith("}");
        (await EventsAsync(server))[1].Should().Be("mine");
        (await EventsAsync(server)).Should().HaveCount(3).And.OnlyContain(e => e.Contains("\"one\""));
        (await EventsAsync(server)).Should().HaveCount(10);
        (await EventsAsync(server)).Should().HaveCount(3).And.Subject.Last().Should().StartWith("{\"error\":{\"message\":");
    }

    [Fact]
    public async Task Forms_of_events_are_as_told()
    {
        await using var server = new FakeOpenAiServer { Reply = new FakeReply("one") };
        async Task<string> BodyOf(SseForm form)
        {
            server.Enqueue(Fault.Sse(form));
            using var client = new HttpClient();
            using var response = await client.PostAsync(new Uri(server.BaseUrl + "/chat/completions"), ChatBody());
            return Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        }

        (await BodyOf(SseForm.Usual)).Should().StartWith("data: {").And.EndWith("data: [DONE]\n\n");
        (await BodyOf(SseForm.Crlf)).Should().EndWith("data: [DONE]\r\n\r\n").And.NotContain("}\n");
        (await BodyOf(SseForm.Cr)).Should().EndWith("data: [DONE]\r\r").And.NotContain("\n");
        (await BodyOf(SseForm.NoSpace)).Should().StartWith("data:{").And.NotContain("data: ");
        (await BodyOf(SseForm.Comments)).Should().StartWith(": keep-alive\n\ndata: {");
        (await BodyOf(SseForm.NoBlankLines)).Should().NotContain("\n\n");
        (await BodyOf(SseForm.NoLastLineEnd)).Should().EndWith("}\n\ndata: [DONE]");
        (await BodyOf(SseForm.OtherFields)).Should().StartWith("event: message\nid: 7\nretry: 3000\ndata: ");
        (await BodyOf(SseForm.ByteOrderMark)).Should().StartWith("\uFEFFdata: ");
    }

    [Fact]
    public async Task Errors_statuses_pages_and_redirects_are_as_told()
    {
        await using var server = new FakeOpenAiServer();
        server.Enqueue(
            Fault.Status(503), Fault.Status(418, "tea", "text/plain"), Fault.RateLimited("7", "7000"),
            Fault.RateLimited(TimeSpan.FromSeconds(1.2)),
            Fault.RateLimited(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), Fault.Html(), Fault.Empty200(), Fault.NoContent(),
            Fault.Redirect(new Uri("http://169.254.169.254/latest")), Fault.ErrorUnder200(), Fault.InsufficientQuota());

        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 503 ").And.Contain("\"server_is_overloaded\"");
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 418 ").And.EndWith("\r\n\r\ntea");
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 429 ").And.Contain("Retry-After: 7\r\n")
            .And.Contain("retry-after-ms: 7000\r\n").And.Contain("rate_limit_exceeded");
        (await AskAsync(server, close: true)).Should().Contain("Retry-After: 2\r\n");
        (await AskAsync(server, close: true)).Should().Contain("Retry-After: Fri, 02 Jan 2026 03:04:05 GMT\r\n");
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 502 ").And.Contain("text/html").And.Contain("<html>");
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 200 ").And.EndWith("\r\n\r\n" + Terminator);
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 204 ").And.EndWith("\r\n\r\n");
        (await AskAsync(server, close: true))
            .Should().StartWith("HTTP/1.1 307 ").And.Contain("Location: http://169.254.169.254/latest\r\n");
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 200 ").And.Contain("{\"error\":{");
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 429 ").And.Contain("insufficient_quota");
    }

    [Fact]
    public async Task Connections_and_heads_go_wrong_as_told()
    {
        await using var server = new FakeOpenAiServer();
        server.Enqueue(
            Fault.CloseUnanswered(), Fault.ResetUnanswered(), Fault.CutHead(), Fault.Hang(), Fault.Raw("PRI * HTTP/2.0"u8.ToArray()),
            Fault.BadChunk(1), Fault.HalfChunk(1),
            Fault.HeaderFlood(50), Fault.InformationalFlood(3), Fault.HugeStatusLine(100), Fault.Custom(c => c.WriteAsync("mine")));

        (await RawClient.AskAsync(server.Address, RawClient.Chat())).Should().Be(("", false));
        (await RawClient.AskAsync(server.Address, RawClient.Chat())).Should().Be(("", true));
        (await AskAsync(server)).Should().Be("HTTP/1.1 200 OK\r\nContent-Type: applica");
        (await AskAsync(server, limit: 100)).Should().BeEmpty();
        (await AskAsync(server)).Should().Be("PRI * HTTP/2.0");
        (await AskAsync(server)).Should().EndWith("zz\r\nnonsense\r\n");
        (await AskAsync(server)).Should().EndWith("40\r\ndata: half of what was promised");
        (await AskAsync(server, close: true))
            .Should().Contain("X-Flood-0: 0\r\n").And.Contain("X-Flood-49: 49\r\n").And.EndWith(Terminator);
        (await AskAsync(server, close: true)).Split("HTTP/1.1 100 Continue\r\n\r\n").Should().HaveCount(4);
        (await AskAsync(server, close: true)).Should().StartWith($"HTTP/1.1 200 {new string('O', 100)}\r\n");
        (await AskAsync(server)).Should().Be("mine");
    }

    [Theory]
    [InlineData(BodyCoding.Gzip)]
    [InlineData(BodyCoding.Brotli)]
    [InlineData(BodyCoding.Deflate)]
    public async Task Compression_is_real_for_streams_and_whole_bodies(BodyCoding coding)
    {
        await using var server = new FakeOpenAiServer { Reply = new FakeReply("Привет") };
        server.Always = Fault.Compressed(coding);
        using var client = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All });
        foreach (var streamed in new[] { true, false })
        {
            using var response = await client.PostAsync(new Uri(server.BaseUrl + "/chat/completions"), ChatBody(streamed));
            (await response.Content.ReadAsStringAsync()).Should().Contain("Привет");
        }
    }

    [Fact]
    public async Task Sizes_are_exact_and_bombs_are_small_on_the_wire()
    {
        await using var server = new FakeOpenAiServer();
        server.Enqueue(
            Fault.HugeBody(3_000_000), Fault.HugeBody(30_000_000, BodyCoding.Gzip), Fault.HugeLine(2_000_000), Fault.LyingEncoding());
        using var client = new HttpClient();
        async Task<byte[]> BodyAsync()
        {
            using var response = await client.PostAsync(new Uri(server.BaseUrl + "/chat/completions"), ChatBody());
            return await response.Content.ReadAsByteArrayAsync();
        }

        (await BodyAsync()).Should().HaveCount(3_000_000);
        var bomb = await BodyAsync();
        bomb.Length.Should().BeLessThan(1_000_000);
        var unpacked = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(bomb), CompressionMode.Decompress))
            await gzip.CopyToAsync(unpacked);
        unpacked.Length.Should().Be(30_000_000);
        var line = await BodyAsync();
        line.Should().HaveCount(2_000_000).And.NotContain((byte)'\n');
        Encoding.UTF8.GetString(await BodyAsync()).Should().StartWith("data: ");
    }

    [Fact]
    public async Task The_script_is_used_once_in_order_by_chats_only()
    {
        await using var server = new FakeOpenAiServer();
        using var client = new HttpClient();
        server.Enqueue(Fault.Status(500), Fault.None);
        server.Enqueue(new FakeReply("scripted"), Fault.Delay(TimeSpan.FromMilliseconds(1)));
        server.EnqueueFor("/v1/models", Fault.Status(404));
        async Task<HttpStatusCode> GetModels()
        {
            using var response = await client.GetAsync(new Uri(server.BaseUrl + "/models"));
            return response.StatusCode;
        }

        (await GetModels()).Should().Be(HttpStatusCode.NotFound);
        (await GetModels()).Should().Be(HttpStatusCode.OK);
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 500");
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 200").And.Contain("Hello!");
        (await AskAsync(server, close: true)).Should().Contain("scripted");
        server.Always = Fault.Status(401);
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 401");
        server.ChooseFault = _ => null;
        (await AskAsync(server, close: true)).Should().StartWith("HTTP/1.1 200");
        server.ChatCount.Should().Be(5);
        server.Requests.Should().HaveCount(7);
        Fault.Status(500).And(Fault.Split(1)).ToString().Should().Be("status 500, split 1");
    }

    private static StringContent ChatBody(bool streamed = true) =>
        new($$"""{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":{{(streamed ? "true" : "false")}}}""", Encoding.UTF8,
            "application/json");

    private static async Task<string> AskAsync(FakeOpenAiServer server, bool close = false, int limit = 5000)
    {
        var request = RawClient.Chat();
        return (await RawClient.AskAsync(server.Address, close
            ? request.Replace("Host: x", "Host: x\r\nConnection: close", StringComparison.Ordinal)
            : request, TimeSpan.FromMilliseconds(limit))).Text;
    }

    private static async Task<List<string>> EventsAsync(FakeOpenAiServer server)
    {
        using var client = new HttpClient();
        using var response = await client.PostAsync(new Uri(server.BaseUrl + "/chat/completions"), ChatBody());
        return [.. (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(e => e["data: ".Length..])];
    }
}
