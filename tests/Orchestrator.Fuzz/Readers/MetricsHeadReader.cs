using System.Text;

namespace Orchestrator.Fuzz;

/// <summary>The heads of requests to the metrics endpoint.</summary>
internal sealed class MetricsHeadReader() : FuzzReader("metrics-head")
{
    private static readonly HostRule Loopback = HostRule.Loopback("metrics.example");

    public override IReadOnlyList<byte[]> Samples { get; } = [.. new[]
    {
        "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9464\r\nAccept: text/plain;version=0.0.4\r\nAccept-Encoding: gzip\r\nUser-Agent: "
        + "Prometheus/3.0\r\n\r\n",
        "HEAD /metrics?x=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: identity;q=0, gzip;q=0.5, *;q=0\r\n\r\n",
        "GET http://[::1]:9464/metrics HTTP/1.1\r\nHost: [::1]:9464\r\nConnection: keep-alive, Close\r\n\r\n",
        "GET /metrics HTTP/1.0\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: metrics.example\r\nContent-Length: 0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: "
        + "text/plain\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 10\r\n\r\n",
    }.Select(Encoding.Latin1.GetBytes)];

    public override void Make(FuzzCase input, Mutator mutator, Dice dice)
    {
        mutator.Make(input.Bytes, Samples, dice);
        input.Bytes.Cut(HttpHead.MaxLength);
        input.Pieces = dice.Next();
    }

    public override Verdict Read(FuzzCase input)
    {
        var bytes = input.Bytes.Span;
        var hosts = (input.Pieces & 1) == 0 ? Loopback : HostRule.Any;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var verdict = HttpHead.Judge(bytes, hosts);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (verdict.Status is not (0 or 200 or 400 or 403 or 404 or 405 or 413 or 431))
            throw new FuzzFailure($"a status of {verdict.Status}");
        if (verdict.Length < 0 || verdict.Length > bytes.Length || (verdict.Status is 200 or 404 or 405 && verdict.Length == 0))
            throw new FuzzFailure("a length that is none");
        if (verdict.Status == 200 && (bytes.IndexOf("\r\n\r\n"u8) < 0 || bytes.IndexOf("/metrics"u8) < 0))
            throw new FuzzFailure("a page for a request that is not complete");
        if (verdict.KeepAlive && verdict.Length == 0)
            throw new FuzzFailure("a connection that is kept without a request");
        if (allocated > 0)
            throw new FuzzFailure("a head that allocates");
        CheckPrefix(bytes, verdict, hosts, input.Pieces);
        return new Verdict(
            verdict.Status switch { 0 => "more", 200 => "page", 400 => "malformed", _ => "refused" }, verdict.GetHashCode(), allocated);
    }

    /// <summary>Bytes that come later do not take back what was decided.</summary>
    private static void CheckPrefix(ReadOnlySpan<byte> bytes, HttpVerdict verdict, HostRule hosts, ulong pieces)
    {
        var prefix = bytes[..(int)(pieces % (ulong)(bytes.Length + 1))];
        var early = HttpHead.Judge(prefix, hosts);
        if (early.Status != 0 && early != verdict)
            throw new FuzzFailure($"{early.Status} at first and {verdict.Status} with more bytes");
    }
}
