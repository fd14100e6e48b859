using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Orchestrator.BadLuck;

/// <summary>Answers the requests of one provider in the place of its vendor's server.</summary>
internal sealed class VendorHandler(Vendor vendor, DayChecks checks, WorldClock clock) : HttpMessageHandler
{
    private const string Firewall = "<!DOCTYPE html><html><body><h1>Blocked by the firewall</h1></body></html>";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var visit = vendor.Begin(checks.CallOf(IdIn(body)));
        try
        {
            checks.Visited(visit);
            await clock.DelayAsync(visit.Reply == ReplyKind.Answer ? visit.Call.FirstDelay : visit.Length, cancellationToken);
            if (visit.Reply != ReplyKind.Answer)
                vendor.End(visit);
            return ResponseTo(visit);
        }
        catch
        {
            vendor.End(visit);
            throw;
        }
    }

    /// <summary>Every prompt and every result of a tool names its call, the last one this one.</summary>
    private static int IdIn(ReadOnlySpan<byte> body)
    {
        var digits = body[(body.LastIndexOf((byte)'#') + 1)..];
        return int.Parse(digits[..digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9')], CultureInfo.InvariantCulture);
    }

    private HttpResponseMessage ResponseTo(Visit visit) => visit.Reply switch
    {
        ReplyKind.Answer => new(HttpStatusCode.OK)
        {
            Content = new StreamContent(new AnswerStream(visit, clock)) { Headers = { ContentType = new("text/event-stream") } },
        },
        ReplyKind.Page => new((HttpStatusCode)(401 + (visit.Call.Variant % 4)))
        {
            Content = new StringContent(Firewall, Encoding.UTF8, "text/html"),
        },
        ReplyKind.Unauthorized => Error(401, "invalid_request_error", "Incorrect API key provided.", visit),
        ReplyKind.RateLimited => Error(429, "rate_limit_error", "Rate limit reached.", visit),
        ReplyKind.ServerError => Error(500, "server_error", "The server had an error.", visit),
        ReplyKind.Busy => Error(503, "overloaded_error", "The engine is currently overloaded.", visit),
        ReplyKind.Flagged => visit.Call.Variant % 2 == 0
            ? Error(403, "forbidden", "Your input was flagged by the moderation.", visit)
            : Error(403, "forbidden", "This request requires moderation.", visit),
        _ => Error(400, "invalid_request_error", "Unknown field 'stream_options'.", visit),
    };

    private static HttpResponseMessage Error(int status, string type, string message, Visit visit)
    {
        var json = $$$"""{"error":{"message":"{{{message}}}","type":"{{{type}}}"}}""";
        var content = new StringContent(json, Encoding.UTF8, "application/json");
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = content };
        if (visit.RetryAfter is { } wait)
            response.Headers.RetryAfter = new RetryConditionHeaderValue(wait);
        return response;
    }
}
