using Microsoft.Extensions.Time.Testing;

namespace Orchestrator.Tests.Calls;

/// <summary>Waits and sums of every length.</summary>
public sealed class WaitsTests
{
    private static readonly TimeSpan[] Lengths =
    [
        TimeSpan.MinValue, TimeSpan.FromDays(-1), -TimeSpan.FromTicks(1), TimeSpan.Zero, TimeSpan.FromTicks(1), TimeSpan.FromDays(49.8),
        TimeSpan.MaxValue - TimeSpan.FromTicks(1), TimeSpan.MaxValue,
    ];

    [Fact]
    public void A_sum_is_the_true_one_or_the_nearest_there_is()
    {
        foreach (var a in Lengths)
        {
            foreach (var b in Lengths)
            {
                var exact = (Int128)a.Ticks + b.Ticks;
                Waits.Sum(a, b).Ticks.Should().Be((long)Int128.Clamp(exact, long.MinValue, long.MaxValue));
            }
        }
    }

    [Fact]
    public void Products_and_stamps_end_where_a_number_does()
    {
        Waits.Product(TimeSpan.MaxValue, 1.2).Should().Be(TimeSpan.MaxValue);
        Waits.Product(TimeSpan.FromSeconds(10), 0.5).Should().Be(TimeSpan.FromSeconds(5));
        Waits.Product(TimeSpan.FromSeconds(1), double.PositiveInfinity).Should().Be(TimeSpan.MaxValue);
        (Waits.Later(5, long.MaxValue), Waits.Later(5, 6), Waits.Later(-5, long.MaxValue))
            .Should().Be((long.MaxValue, 11, long.MaxValue - 5));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(100)]
    [InlineData(1_000)]
    public async Task A_wait_ends_when_it_should_and_not_before(int days)
    {
        var time = new FakeTimeProvider();
        var length = TimeSpan.FromDays(days) + TimeSpan.FromSeconds(10);
        var delay = Waits.DelayAsync(length, time, default);
        var within = new TaskCompletionSource<int>().Task.WithinAsync(length, time, default);
        for (var passed = TimeSpan.Zero; passed < length - TimeSpan.FromSeconds(1); passed += TimeSpan.FromDays(10))
        {
            (delay.IsCompleted, within.IsCompleted).Should().Be((false, false));
            time.Advance(TimeSpan.FromDays(10) < length - TimeSpan.FromSeconds(1) - passed
                ? TimeSpan.FromDays(10)
                : length - TimeSpan.FromSeconds(1) - passed);
            await SettleAsync();
        }

        (delay.IsCompleted, within.IsCompleted).Should().Be((false, false));
        time.Advance(TimeSpan.FromSeconds(1));
        await delay.WaitAsync(TimeSpan.FromSeconds(10));
        await within.Invoking(w => w.WaitAsync(TimeSpan.FromSeconds(10))).Should().ThrowAsync<TimeoutException>();
    }

    [Fact]
    public async Task A_task_that_ends_ends_the_wait_for_it()
    {
        var done = new TaskCompletionSource<int>();
        var within = done.Task.WithinAsync(TimeSpan.MaxValue, new FakeTimeProvider(), default);
        done.SetResult(7);
        (await within.WaitAsync(TimeSpan.FromSeconds(10))).Should().Be(7);
    }

    // A wait in several stretches sets its next timer on another thread.
    private static async Task SettleAsync()
    {
        for (var i = 0; i < 5; i++)
            await Task.Delay(1);
    }
}
