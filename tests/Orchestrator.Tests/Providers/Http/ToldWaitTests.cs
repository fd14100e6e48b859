using System.Net;
using System.Text;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Providers.Sdk;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>Waits that only the body of an error tells.</summary>
public class ToldWaitTests
{
    public static TheoryData<string, double> Told => new()
    {
        { """{"error":{"message":"Rate limit reached for m: Limit 3, Used 3, Requested 1. Please try again in 20s. Visit x"}}""", 20 },
        { """{"error":{"message":"Please try again in 1s"}}""", 1 },
        { """{"error":{"message":"Please try again in 864ms."}}""", 0.864 },
        { """{"error":{"message":"Please try again in 7m12s."}}""", 432 },
        { """{"error":{"message":"Please try again in 1m30.951s."}}""", 90.951 },
        { """{"error":{"message":"Please retry in 34.074824224s."}}""", 34.074824224 },
        { """{"error":{"message":"Please retry after 26 seconds."}}""", 26 },
        { """{"error":{"message":"Try again in 1 hour and 5 minutes"}}""", 3900 },
        { """{"error":{"message":"Please wait for another 15 sec, then go on"}}""", 15 },
        { """{"error":{"message":"Your quota will reset after 39s."}}""", 39 },
        { """{"error":{"message":"try again in 30 days"}}""", 86400 },
        { """{"error":{"code":429,"details":[{"@type":"x/google.rpc.RetryInfo","retryDelay":"13s"}]}}""", 13 },
        { """[{"error":{"code":429,"details":[{"retryDelay":"34.5s"}]}}]""", 34.5 },
        { """{"error":{"message":"busy","retry_after":20}}""", 20 },
        { """{"message":"busy","retry_after":"1.5"}""", 1.5 },
        { """{"message":"busy","retry_after":"20s"}""", 20 },
        { """{"error":{"metadata":{"retry_after_seconds":8}}}""", 8 },
        { """{"error":{"retryAfterMs":2500}}""", 2.5 },
        { """{"error":{"retry-after-ms":"300"}}""", 0.3 },
        { """{"retry_after":0}""", 0 },
        { """{"retry_after":100000}""", 86400 },
        { """{"error":{"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"try again in 5s\"}}"}}}""", 5 },
        { """{"error":{"message":"wait 3 s","retry_after":4}}""", 4 },
        { "Too many requests, retry in 3 seconds", 3 },
        { "<html><body>Please try again in 2 minutes.</body></html>", 120 },
        { """{"error":{"message":"Please try again in 4s"}""", 4 },
    };

    public static TheoryData<string> Untold => new()
    {
        """{"error":{"message":"limit 20 per minute"}}""",
        """{"error":{"message":"You may send 20 requests in 60 seconds"}}""",
        """{"error":{"message":"Please try again in a few minutes"}}""",
        """{"error":{"message":"retry 3 times"}}""",
        """{"error":{"message":"try again in 20"}}""",
        """{"error":{"message":"try again in 20 requests"}}""",
        """{"error":{"message":"try again at 12:30"}}""",
        """{"error":{"message":"retry in -5s"}}""",
        """{"error":{"message":"try again in 1.2.3s"}}""",
        """{"error":{"message":"try again in 123456789012345678901234567890s"}}""",
        """{"error":{"retry_after":-1}}""",
        """{"error":{"retry_after":1741305600000}}""",
        """{"error":{"retry_after":"soon"}}""",
        """{"error":{"retry_after":"20 requests"}}""",
        """{"error":{"retry_after":null}}""",
        """{"error":{"retries":5,"after":"20s"}}""",
        """{"detail":[{"msg":"x","input":"try again in 20s"}]}""",
        """{"error":{"message":"x","metadata":{"flagged_input":"try again in 20s"}}}""",
        "",
    };

    [Theory]
    [MemberData(nameof(Told))]
    public async Task A_wait_that_the_body_tells_is_read(string body, double seconds)
    {
        ToldWait.In(Encoding.UTF8.GetBytes(body)).Should().BeCloseTo(TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(1));
        await using var wire = new Wire();
        foreach (var status in new[] { 429, 503 })
        {
            wire.Server.Enqueue(Fault.Status(status, body));
            (await wire.FailAsync(streamed: true)).Error.RetryAfter
                .Should().BeCloseTo(TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(1));
        }

        ExceptionMapper.Map(new BodyException(HttpStatusCode.TooManyRequests, body), default).RetryAfter
            .Should().BeCloseTo(TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(1));
    }

    [Theory]
    [MemberData(nameof(Untold))]
    public void No_number_is_taken_for_a_wait_that_is_none(string body) =>
        ToldWait.In(Encoding.UTF8.GetBytes(body)).Should().BeNull();

    [Fact]
    public async Task The_header_goes_before_the_body()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Status(429, """{"retry_after":20}""").And(Fault.Header("Retry-After", "3")));
        (await wire.FailAsync(streamed: false)).Error.RetryAfter.Should().Be(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task Under_a_status_that_no_wait_mends_the_body_tells_none(int status)
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Status(status, """{"retry_after":20}"""));
        (await wire.FailAsync(streamed: false)).Error.RetryAfter.Should().BeNull();
    }

    [Fact]
    public async Task An_error_in_a_stream_tells_its_wait_too()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Body("""{"error":{"code":429,"message":"Please try again in 20s"}}"""));
        var (_, error) = await wire.FailAsync(streamed: true);
        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.RateLimited, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void A_long_text_takes_no_long_time()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("wait in after for about at least another ", 100_000)));
        ToldWait.In(text).Should().BeNull();
        ToldWait.In([.. "{\"a\":\""u8, .. text, .. "\"}"u8]).Should().BeNull();
    }
}
