using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.GigaChat;

/// <summary>Access tokens where the clock is wrong, jumps, or the vendor's time of expiry says nothing.</summary>
public sealed class GigaChatClockTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 9, 1, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(29.5)]
    [InlineData(30)]
    [InlineData(24 * 60)]
    [InlineData(60 * 24 * 365 * 100)]
    [InlineData(-29.5)]
    [InlineData(-60 * 5)]
    [InlineData(-60 * 24 * 365 * 20)]
    public async Task A_clock_that_is_wrong_makes_no_further_requests_for_tokens(double minutesAhead)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var server = Server();
            using var provider = GigaChatCase.NewProvider(server, time: new SkewedClock(_time, TimeSpan.FromMinutes(minutesAhead)));
            for (var minute = 0; minute < 28; minute++)
            {
                await provider.ReadAsync(GigaChatCase.Request(streamed));
                _time.Advance(TimeSpan.FromMinutes(1));
            }

            server.TokenRequestCount.Should().Be(1);
            _time.Advance(TimeSpan.FromMinutes(2));
            await provider.ReadAsync(GigaChatCase.Request(streamed));
            (server.TokenRequestCount, server.ChatCount).Should().Be((2, 29), "the token was retired in time, by the server's own dates");
        }
    }

    [Theory]
    [InlineData(29.5, false)]
    [InlineData(60 * 24, false)]
    [InlineData(-60 * 5, true)]
    public async Task Without_a_date_of_the_servers_a_token_serves_for_a_minute_or_until_it_is_refused(double minutesAhead, bool isLong)
    {
        var tokens = 0;
        await using var server = new FaultServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.Path == "/oauth")
                    await WriteAsync(connection, 200, $$"""{"access_token":"t{{++tokens}}","expires_at":"""
                        + $$"""{{_time.GetUtcNow().AddMinutes(30).ToUnixTimeMilliseconds()}}}""");
                else if (request.Header("Authorization") == "Bearer t1" && tokens == 1 && isLong && _time.GetUtcNow().Hour > 12)
                    await WriteAsync(connection, 401, """{"status":401,"message":"Token has expired"}""");
                else
                    await WriteAsync(
                        connection, 200, """{"choices":[{"message":{"role":"assistant","content":"x"},"index":0,"finish_reason":"stop"}]"""
                            + ""","object":"chat.completion"}""");
            }
        });
        using var provider = Provider(server, new SkewedClock(_time, TimeSpan.FromMinutes(minutesAhead)));
        for (var i = 0; i < 20; i++)
            await provider.ReadAsync(GigaChatCase.Request(streamed: false));
        tokens.Should().Be(1);
        _time.Advance(TimeSpan.FromSeconds(59));
        await provider.ReadAsync(GigaChatCase.Request(streamed: false));
        tokens.Should().Be(1);
        _time.Advance(TimeSpan.FromMinutes(61));
        await provider.ReadAsync(GigaChatCase.Request(streamed: false));
        tokens.Should().Be(2, "it was retired, or refused and renewed once");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("-5")]
    [InlineData("\"0\"")]
    [InlineData("1700000000000")]
    [InlineData("1700000000")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999999999999999999999999")]
    [InlineData("1e300")]
    [InlineData("253402300800000")]
    public async Task A_time_of_expiry_that_makes_no_sense_still_gives_a_token_that_is_good(string expiresAt)
    {
        var tokens = 0;
        await using var server = new FaultServer(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await (request.Path == "/oauth"
                    ? WriteAsync(connection, 200, $$"""{"access_token":"t{{++tokens}}","expires_at":{{expiresAt}}}""")
                    : WriteAsync(connection, 200, """{"choices":[{"message":{"role":"assistant","content":"x"}"""
                        + ""","index":0,"finish_reason":"stop"}],"object":"chat.completion"}"""));
            }
        });
        using var provider = Provider(server, _time);
        for (var i = 0; i < 5; i++)
            await provider.ReadAsync(GigaChatCase.Request(streamed: false));
        tokens.Should().Be(1);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-60)]
    [InlineData(60 * 24)]
    public async Task A_clock_that_jumps_costs_one_token_at_most(double minutes)
    {
        await using var server = Server();
        var clock = new SkewedClock(_time, TimeSpan.Zero);
        using var provider = GigaChatCase.NewProvider(server, time: clock);
        await provider.ReadAsync(GigaChatCase.Request(streamed: true));
        clock.Offset = TimeSpan.FromMinutes(minutes);
        for (var minute = 0; minute < 20; minute++)
        {
            await provider.ReadAsync(GigaChatCase.Request(streamed: minute % 2 == 0));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        server.TokenRequestCount.Should().BeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task A_token_that_is_refused_is_retired_whatever_its_age()
    {
        await using var server = Server();
        using var provider = GigaChatCase.NewProvider(server, time: new SkewedClock(_time, TimeSpan.FromMinutes(29.5)));
        await provider.ReadAsync(GigaChatCase.Request(streamed: true));
        server.ExpireTokens();
        await provider.ReadAsync(GigaChatCase.Request(streamed: true));
        (server.TokenRequestCount, server.ChatCount).Should().Be((2, 3));
    }

    private FakeGigaChatServer Server() => new(new FaultServerOptions { TimeProvider = _time });

    private static Orchestrator.Providers.GigaChatProvider Provider(FaultServer server, TimeProvider time) => new(
        "giga",
        new()
        {
            Model = "GigaChat-2",
            BaseUrl = new Uri(server.Address, "api/v1"),
            AuthUrl = new Uri(server.Address, "oauth"),
            AuthorizationKey = FakeGigaChatServer.DefaultKey,
        },
        timeProvider: time);

    private static Task WriteAsync(FaultConnection connection, int status, string json)
    {
        using var checkedJson = JsonDocument.Parse(status == 200 && json.Contains("expires_at", StringComparison.Ordinal) ? "{}" : json);
        return connection.WriteAsync(
            $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}");
    }
}
