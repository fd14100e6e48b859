using System.Buffers;
using System.Runtime.InteropServices;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>A read that was cancelled may still write into the buffer it was given: no other call may get that buffer.</summary>
public class BorrowedBufferTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public void A_buffer_of_a_cancelled_read_never_goes_back_to_the_pool(bool whole, bool fails)
    {
        using var stream = new CancelledReadStream(fails);
        Fill(stream, whole);

        var rented = Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(4096)).ToList();
        rented.Should().NotContain(a => ReferenceEquals(a, stream.Given));
        rented.ForEach(a => ArrayPool<byte>.Shared.Return(a));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_buffer_of_reads_that_ended_goes_back_to_the_pool(bool whole)
    {
        using var stream = new CancelledReadStream(fails: null);
        Fill(stream, whole);

        var rented = ArrayPool<byte>.Shared.Rent(4096);
        ReferenceEquals(rented, stream.Given).Should().BeTrue();
        ArrayPool<byte>.Shared.Return(rented);
    }

    // All on this thread, whose array the pool gives out again first.
    private static void Fill(CancelledReadStream stream, bool whole)
    {
        if (whole)
        {
            using var body = new PooledBytes();
            var read = stream.ReadAsync(body.Room(8192));
            if (read.IsCompletedSuccessfully)
                body.Advance(read.Result);
        }
        else
        {
            using var lines = new LineReader(stream);
            var fill = lines.FillAsync(CancellationToken.None);
            fill.IsCompleted.Should().BeTrue();
        }
    }

    /// <summary>Gives a read up at once, but keeps what it was given to write into.</summary>
    private sealed class CancelledReadStream(bool? fails) : MemoryStream
    {
        public byte[]? Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            MemoryMarshal.TryGetArray<byte>(buffer, out var given);
            Given = given.Array;
            return fails switch
            {
                null => new(3),
                true => ValueTask.FromException<int>(new IOException()),
                false => ValueTask.FromCanceled<int>(new CancellationToken(canceled: true)),
            };
        }
    }
}
