using System.Net.Http.Headers;
using System.Text;
using Orchestrator.Providers;

namespace Orchestrator.Fuzz;

/// <summary>The headers that say how long to wait.</summary>
internal sealed class RetryAfterReader() : FuzzReader("retry-after")
{
    private static readonly DateTimeOffset Now = new(2026, 8, 1, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<string> Texts { get; } =
    [
        "1", "0", "120", "0.5", ".5", "-1", "+1", "1e9", "1e400", "NaN", "Infinity", "-Infinity", "nan", "∞", "-0", "5,5", "0x10", "1 2",
        "9999999999999999999999", "1s", "", " ", "٣",
        "Sat, 01 Aug 2026 12:00:30 GMT", "Saturday, 01-Aug-26 12:00:30 GMT", "Sat Aug  1 12:00:30 2026", "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Sat, 32 Aug 2026 12:00:30 GMT", "Sun, 01 Aug 2026 12:00:30 GMT", "2026-08-01T12:00:30Z", "0.0000000001", "86400", "86401",
        "1.7976931348623157E+308",
    ];

    public override IReadOnlyList<byte[]> Samples { get; } = [.. Texts.Select(Encoding.UTF8.GetBytes)];

    public override void Make(FuzzCase input, Mutator mutator, Dice dice) => mutator.Make(input.Bytes, Samples, dice);

    public override Verdict Read(FuzzCase input)
    {
        var text = Envelope.HeaderText(input.Bytes.Span);
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation((input.Bytes.Length & 1) == 0 ? "Retry-After" : "retry-after-ms", text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var wait = RetryAfter.From(response.Headers, Now);
        var parsed = RetryAfter.Parse(text, Now);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Check(wait);
        Check(parsed);
        AllocationOracle.Check(allocated, input.Bytes.Length);
        return new Verdict(wait is null ? "ignored" : wait == TimeSpan.Zero ? "zero" : "a wait", wait.GetHashCode(), allocated);
    }

    private static void Check(TimeSpan? wait)
    {
        if (wait < TimeSpan.Zero || wait > TimeSpan.FromDays(1))
            throw new FuzzFailure("a wait outside of a day");
    }
}
