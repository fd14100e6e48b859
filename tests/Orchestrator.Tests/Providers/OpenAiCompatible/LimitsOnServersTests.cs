using System.Diagnostics;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

[Collection(Timed.Name)]
public sealed class LimitsOnServersTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);

    public static TheoryData<string, bool> Sizes => new()
    {
        { "line", true },
        { "body", true },
        { "body", false },
        { "gzip bomb", true },
        { "gzip bomb", false },
        { "brotli bomb", false },
        { "header flood", true },
        { "status line", false },
        { "1xx flood", true },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Whatever_is_too_large_is_refused_quickly(string what, bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(what switch
        {
            "line" => Fault.HugeLine(),
            "body" => Fault.HugeBody(),
            "gzip bomb" => Fault.HugeBody(coding: BodyCoding.Gzip),
            "brotli bomb" => Fault.HugeBody(coding: BodyCoding.Brotli),
            "header flood" => Fault.HeaderFlood(),
            "status line" => Fault.HugeStatusLine(),
            _ => Fault.InformationalFlood(),
        });
        var clock = Stopwatch.StartNew();

        var (text, error) = await wire.FailAsync(streamed);

        text.Should().BeEmpty();
        error.Kind.Should().Be(LlmErrorKind.MalformedResponse, error.Message);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
        await wire.Server.WhenDisconnectedAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_large_but_honest_event_is_read()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.HugeText(1_000_000), Fault.HugeText(1_000_000));

        (await wire.TextAsync(streamed: true)).Should().HaveLength(1_000_000);
        (await wire.TextAsync(streamed: false)).Should().HaveLength(1_000_000);
    }

    [Fact]
    public async Task A_million_events_are_the_end()
    {
        await using var wire = new Wire();
        // One chunk of many events at a time, so that the test is about events and not about packets.
        var block = string.Concat(Enumerable.Repeat("data: {\"choices\":[]}\n", 10_000));
        wire.Server.Enqueue(Fault.Stream(block).And(Fault.RepeatEvent(0)));

        (await wire.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Theory]
    [InlineData("before the head", true)]
    [InlineData("before the head", false)]
    [InlineData("after the head", true)]
    [InlineData("inside the body", true)]
    [InlineData("inside the body", false)]
    [InlineData("inside an error", true)]
    public async Task Cancelling_closes_the_connection_at_once(string where, bool streamed)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(where switch
        {
            "before the head" => Fault.Hang(),
            "after the head" => Fault.Stall(),
            "inside an error" => Fault.Error(LlmErrorKind.ServerError).And(Fault.CutAfterBytes(10, CutKind.Stall)),
            _ => Fault.CutAfterBytes(300, CutKind.Stall),
        });
        using var cancel = new CancellationTokenSource();
        var reading = wire.Provider.ReadAsync(Wire.Ask(streamed), cancel.Token);
        await wire.Server.WhenAskedAsync(1, TimeSpan.FromSeconds(5));
        await Task.Delay(100);
        reading.IsCompleted.Should().BeFalse();

        var clock = Stopwatch.StartNew();
        await cancel.CancelAsync();

        (await FluentActions.Awaiting(() => reading).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.IsCancellationRequested.Should().BeTrue();
        clock.Elapsed.Should().BeLessThan(Soon);
        await wire.Server.WhenDisconnectedAsync(Soon);
    }

    [Fact]
    public async Task Leaving_a_stream_early_closes_the_connection()
    {
        await using var wire = new Wire();
        wire.Server.Reply = new FakeReply(string.Join(' ', Enumerable.Repeat("word", 2000))) { EventDelay = TimeSpan.FromMilliseconds(20) };

        await foreach (var update in wire.Provider.GenerateAsync(Reading.Streamed(), default))
        {
            if (update.Text.Length > 0)
                break;
        }

        await wire.Server.WhenDisconnectedAsync(TimeSpan.FromSeconds(1));
    }
}
