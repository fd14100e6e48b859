using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

public sealed class ConnectionsTests
{
    private const string Stream =
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    private const string Whole =
        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]}";

    [Theory]
    [BothModes]
    public async Task Streams_of_a_server_that_closes_after_streams_without_saying_so_are_asked_to_close(bool streamed)
    {
        await using var server = new FaultServer(connection => AnswerAsync(connection, "llama.cpp"));
        using var provider = NewProvider(server);

        for (var call = 0; call < 3; call++)
        {
            (await provider.ReadAsync(Reading.Streamed())).Should().Contain(u => u.Text == "Hello");
            (await provider.ReadAsync(Wire.Ask(streamed)))
                .Should().Contain(u => streamed ? u.Text == "Hello" : u.RawRepresentation != null);
        }
    }

    [Theory]
    [InlineData("llama.cpp", true, 3)]
    [InlineData("llama.cpp", false, 1)]
    [InlineData("uvicorn", true, 1)]
    [InlineData(null, true, 1)]
    public async Task Every_other_call_shares_a_connection(string? name, bool streamed, int connections)
    {
        await using var server = new FaultServer(connection => AnswerAsync(connection, name, keeps: name != "llama.cpp"));
        using var provider = NewProvider(server);

        await provider.ReadAsync(Reading.Buffered());
        for (var call = 0; call < 3; call++)
            await provider.ReadAsync(Wire.Ask(streamed));

        server.ConnectionCount.Should().Be(connections);
    }

    [Fact]
    public async Task Streams_are_asked_to_close_until_it_is_known_who_answers()
    {
        await using var server = new FakeOpenAiServer();
        using var provider = new OpenAiCompatibleProvider("unknown", new() { BaseUrl = server.BaseUrl, Model = "tiny" });

        await provider.ReadAsync(Reading.Streamed());
        await provider.ReadAsync(Reading.Streamed());

        server.Requests.Select(r => r.Header("Connection")).Should().Equal("close", null);
    }

    [Fact]
    public async Task An_error_does_not_tell_who_answers()
    {
        await using var server = new FakeOpenAiServer();
        server.Enqueue(Fault.Status(502), Fault.Header("Server", "llama.cpp"));
        using var provider = new OpenAiCompatibleProvider("behind", new() { BaseUrl = server.BaseUrl, Model = "tiny" });
        await provider.FailAsync(Reading.Buffered());
        await provider.ReadAsync(Reading.Buffered());

        await provider.ReadAsync(Reading.Streamed());

        server.LastRequest.Header("Connection").Should().Be("close");
    }

    private static OpenAiCompatibleProvider NewProvider(FaultServer server) =>
        new("closing", new() { BaseUrl = server.Address, Model = "tiny" });

    /// <summary>A connection that carried a stream takes one more request and closes instead of answering: the unlucky moment, every time.
    /// Asked to close, it says that it will, as every server has to.</summary>
    private static async Task AnswerAsync(FaultConnection connection, string? name, bool keeps = false)
    {
        var head = name is null ? "HTTP/1.1 200 OK" : $"HTTP/1.1 200 OK\r\nServer: {name}";
        while (await connection.ReadRequestAsync() is { } request)
        {
            var streams = request.Json!.Value.TryGetProperty("stream", out var stream) && stream.GetBoolean();
            if (!streams)
            {
                await connection.WriteAsync($"{head}\r\nContent-Type: application/json\r\nContent-Length: {Whole.Length}\r\n\r\n{Whole}");
                continue;
            }

            var kept = request.Header("Connection") == "close" ? "Connection: close" : "Keep-Alive: timeout=5, max=100";
            await connection.WriteAsync($"{head}\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
                + $"chunked\r\n{kept}\r\n\r\n{Stream.Length:x}\r\n{Stream}\r\n0\r\n\r\n");
            if (keeps)
                continue;
            await connection.ReadRequestAsync();
            connection.Finish();
            return;
        }
    }
}
