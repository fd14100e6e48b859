using System.Buffers;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>A request's bytes are its own, whatever reads them and whenever.</summary>
public class JsonBodyTests
{
    private static readonly string Text = string.Concat(Enumerable.Repeat("mine ", 20_000));

    public static TheoryData<string, bool> Ways
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var way in new[] { "CopyToAsync", "CopyTo", "ReadAsStreamAsync", "ReadAsStream" })
            {
                data.Add(way, false);
                data.Add(way, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_reading_that_began_before_the_disposal_gets_all_of_its_bytes(string way, bool connecting)
    {
        using var late = new CancellationTokenSource();
        var body = Body();
        var expected = body.Bytes.ToArray();
        HttpContent content = connecting ? new ConnectingContent(body, late) : body;
        using var target = new SlowStream();
        var reading = way switch
        {
            "CopyToAsync" => content.CopyToAsync(target),
            "CopyTo" => Task.Run(() => content.CopyTo(target, null, default)),
            "ReadAsStreamAsync" => (await content.ReadAsStreamAsync()).CopyToAsync(target, 1000),
            _ => Task.Run(() => content.ReadAsStream().CopyTo(target, 1000)),
        };
        await target.Begun;

        content.Dispose();
        late.Dispose();
        Overwrite();
        target.GoOn();
        await reading;

        target.Taken.Should().Equal(expected);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_reading_that_begins_after_the_disposal_throws(string way, bool connecting)
    {
        using var late = new CancellationTokenSource();
        HttpContent content = connecting ? new ConnectingContent(Body(), late) : Body();
        content.Dispose();
        using var target = new MemoryStream();

        var reading = () => way switch
        {
            "CopyToAsync" => content.CopyToAsync(target),
            "CopyTo" => Sync(() => content.CopyTo(target, null, default)),
            "ReadAsStreamAsync" => content.ReadAsStreamAsync(),
            _ => Sync(() => content.ReadAsStream()),
        };

        (await reading.Should().ThrowAsync<ObjectDisposedException>()).Which.Message.Should().NotContain("mine");
        target.Length.Should().Be(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_reading_of_several_at_once_gets_all_of_its_bytes(bool connecting)
    {
        using var late = new CancellationTokenSource();
        var body = Body();
        var expected = body.Bytes.ToArray();
        HttpContent content = connecting ? new ConnectingContent(body, late) : body;
        var targets = Enumerable.Range(0, 4).Select(_ => new SlowStream()).ToArray();
        var readings = targets.Select(t => content.CopyToAsync(t)).ToArray();
        (await content.ReadAsByteArrayAsync()).Should().Equal(expected);

        content.Dispose();
        Overwrite();
        foreach (var target in targets)
            target.GoOn();
        await Task.WhenAll(readings);

        targets.Should().AllSatisfy(t => t.Taken.Should().Equal(expected));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_body_that_is_never_disposed_of_keeps_nothing_from_the_pool(bool large)
    {
        var body = large ? Body() : JsonBody.From("short", static (json, text) => json.WriteStringValue(text));
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(body.Bytes, out var bytes).Should().BeTrue();
        bytes.Array!.Length.Should().Be(body.Bytes.Length, "the array is as long as the body and no pool's");
    }

    private static JsonBody Body() => JsonBody.From(Text, static (json, text) => json.WriteStringValue(text));

    private static Task Sync(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    /// <summary>What others do with the pool's arrays, of every size that the body may have been written in.</summary>
    private static void Overwrite()
    {
        var taken = Enumerable.Range(10, 12)
            .SelectMany(power => Enumerable.Range(0, 8).Select(_ => ArrayPool<byte>.Shared.Rent(1 << power))).ToList();
        taken.ForEach(a => Array.Fill(a, (byte)'x'));
        taken.ForEach(a => ArrayPool<byte>.Shared.Return(a));
    }

    /// <summary>Takes what is written only when the test lets it, as a slow server does.</summary>
    private sealed class SlowStream : MemoryStream
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public byte[] Taken => ToArray();

        public void GoOn() => _goOn.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _begun.TrySetResult();
            await _goOn.Task;
            base.Write(buffer.Span);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _begun.TrySetResult();
            _goOn.Task.GetAwaiter().GetResult();
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            _begun.TrySetResult();
            _goOn.Task.GetAwaiter().GetResult();
            base.Write(buffer, offset, count);
        }
    }
}
