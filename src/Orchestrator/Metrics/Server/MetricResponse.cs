using System.Text.Unicode;

namespace Orchestrator;

/// <summary>Writes the heads of responses, and the responses whose body is a line of text.</summary>
internal static class MetricResponse
{
    public const int MaxHeadLength = 512;

    public static int Write(Span<byte> target, int status, HttpVerdict request, MetricPage? page, bool closes, DateTimeOffset date)
    {
        var text = page is null ? Text(status) : "";
        var length = page?.Length ?? text.Length;
        // Prometheus 3 refuses a scrape without its exact content type.
        var type = page is null ? "text/plain; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8";
        var encoding = page is null ? ""
            : request.Gzip ? "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
            : "Vary: Accept-Encoding\r\n";
        var allow = status == 405 ? "Allow: GET, HEAD\r\n" : "";
        var connection = closes ? "Connection: close\r\n" : "";
        var body = request.IsHead ? "" : text;
        var fits = Utf8.TryWrite(
            target,
            $"HTTP/1.1 {status} {Reason(status)}\r\nContent-Type: {type}\r\nContent-Length: {length}\r\nDate: {date:R}\r\n" +
            $"{encoding}{allow}{connection}\r\n{body}",
            out var written);
        return fits ? written : throw new InvalidOperationException("The head of a response is longer than its buffer.");
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Content Too Large",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    };

    // ASCII only: the length of the text is the length of the body.
    private static string Text(int status) => status switch
    {
        400 => "This is not an HTTP/1.1 request that can be answered.\n",
        403 => "This endpoint answers to localhost only. Start it on another host to reach it by another name.\n",
        404 => "Nothing here. The metrics are at /metrics.\n",
        405 => "Only GET and HEAD are answered here.\n",
        408 => "The request took too long to arrive.\n",
        413 => "Requests with a body are not answered here.\n",
        431 => "The head of the request is larger than 8 KiB.\n",
        503 => "Collecting the metrics took too long.\n",
        _ => "The metrics could not be collected. The log of the application says why.\n",
    };
}
