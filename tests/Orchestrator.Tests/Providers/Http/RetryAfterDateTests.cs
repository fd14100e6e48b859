using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>A <c>Retry-After</c> that is a date, read by the clock of the server that sent it.</summary>
public sealed class RetryAfterDateTests
{
    private static readonly DateTimeOffset ServerNow = new(2026, 11, 8, 9, 5, 7, TimeSpan.Zero);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(7);

    public static TheoryData<string, string, int, double> Clocks
    {
        get
        {
            var data = new TheoryData<string, string, int, double>();
            string[] forms = ["R", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy"];
            foreach (var date in forms)
            {
                foreach (var offset in new[] { -1.0, 1, -24 * 400, 24 * 400 })
                {
                    data.Add(date, forms[0], 429, offset);
                    data.Add(forms[0], date, 503, offset);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Clocks))]
    public async Task It_is_measured_by_the_responses_own_date(string form, string dateForm, int status, double hoursAhead)
    {
        foreach (var streamed in new[] { true, false })
        {
            var error = await FailAsync(
                status, Text(ServerNow + Wait, form), Text(ServerNow, dateForm), TimeSpan.FromHours(hoursAhead), streamed);
            (error.StatusCode, error.RetryAfter).Should().Be((status, Wait));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("yesterday")]
    [InlineData("0")]
    [InlineData("")]
    public async Task Without_a_date_that_can_be_read_our_own_clock_measures_it(string? date)
    {
        var error = await FailAsync(429, Text(ServerNow + Wait, "R"), date, TimeSpan.FromSeconds(2));
        error.RetryAfter.Should().Be(Wait - TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(-10, 0)]
    [InlineData(0, 0)]
    [InlineData(24 * 60 * 60, 24 * 60 * 60)]
    [InlineData(48 * 60 * 60, 24 * 60 * 60)]
    public async Task A_date_that_has_passed_is_zero_and_the_longest_is_a_day(int seconds, int expected)
    {
        var error = await FailAsync(503, Text(ServerNow.AddSeconds(seconds), "R"), Text(ServerNow, "R"), TimeSpan.FromHours(-3));
        error.RetryAfter.Should().Be(TimeSpan.FromSeconds(expected));
    }

    [Fact]
    public async Task Seconds_need_no_date_and_the_age_of_a_cache_changes_nothing()
    {
        var error = await FailAsync(429, "7", Text(ServerNow, "R"), TimeSpan.FromHours(1), extra: "Age: 5\r\n");
        error.RetryAfter.Should().Be(Wait);
        error = await FailAsync(429, Text(ServerNow + Wait, "R"), Text(ServerNow, "R"), TimeSpan.FromHours(1), extra: "Age: 5\r\n");
        error.RetryAfter.Should().Be(Wait);
    }

    [Fact]
    public async Task The_host_of_tokens_is_measured_by_its_own_date_too()
    {
        var time = new FakeTimeProvider(ServerNow);
        await using var server = new FakeGigaChatServer(new FaultServerOptions { TimeProvider = time });
        server.EnqueueFor("/api/v2/oauth", Fault.RateLimited(ServerNow + Wait));
        using var provider = GigaChat.GigaChatCase.NewProvider(server, time: new SkewedClock(time, TimeSpan.FromHours(-1)));
        var (_, error) = await provider.FailAsync(GigaChat.GigaChatCase.Request(streamed: true));
        (error.Kind, error.RetryAfter).Should().Be((LlmErrorKind.RateLimited, Wait));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(403)]
    [InlineData(503)]
    public async Task So_are_the_services_that_give_out_iam_tokens(int status)
    {
        var date = Text(ServerNow, "R");
        await using var server = new FaultServer(connection => AnswerAsync(connection, status, Text(ServerNow + Wait, "R"), date, ""));
        var options = new YandexGptOptions
        {
            Model = "m",
            FolderId = "b1g",
            UseMetadata = true,
            MetadataUrl = server.Address,
            BaseUrl = server.Address
        };
        using var provider =
            new YandexGptProvider("cloud", options, null, new SkewedClock(new FakeTimeProvider(ServerNow), TimeSpan.FromHours(1)));
        var (_, error) = await provider.FailAsync(Wire.Ask(streamed: true));
        (error.StatusCode, error.RetryAfter).Should().Be((status, Wait));
    }

    private static async Task<LlmException> FailAsync(
        int status, string retryAfter, string? date, TimeSpan ahead, bool streamed = true, string extra = "")
    {
        await using var server = new FaultServer(connection => AnswerAsync(connection, status, retryAfter, date, extra));
        var time = new SkewedClock(new FakeTimeProvider(ServerNow), ahead);
        using var provider = new OpenAiCompatibleProvider("dated", new() { BaseUrl = server.Address, Model = "m" }, timeProvider: time);
        return (await provider.FailAsync(Wire.Ask(streamed))).Error;
    }

    private static async Task AnswerAsync(FaultConnection connection, int status, string retryAfter, string? date, string extra)
    {
        _ = await connection.ReadRequestAsync();
        var dated = date is null ? "" : $"Date: {date}\r\n";
        await connection.WriteAsync($"HTTP/1.1 {status} No\r\n{dated}Retry-After: {retryAfter}\r\n{extra}Content-Length: 0\r\n\r\n");
    }

    private static string Text(DateTimeOffset at, string form) => at.ToString(form, CultureInfo.InvariantCulture);
}
