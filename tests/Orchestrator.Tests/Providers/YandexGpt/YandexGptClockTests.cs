using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>IAM tokens where the clock of this machine is wrong.</summary>
public sealed class YandexGptClockTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 20, 10, 0, 0, TimeSpan.Zero));
    private readonly string _keyFile = Path.GetTempFileName();

    public void Dispose() => File.Delete(_keyFile);

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 3)]
    [InlineData(true, -11)]
    [InlineData(true, 24 * 365)]
    [InlineData(false, -24 * 365)]
    public async Task A_wrong_clock_makes_no_further_requests_to_the_metadata_service(bool streamed, int hoursAhead)
    {
        await using var server = Server();
        using var provider = Provider(server, TimeSpan.FromHours(hoursAhead), metadata: true);
        await AskOftenAsync(server, provider, streamed);
    }

    [Theory]
    [BothModes]
    public async Task A_clock_minutes_off_makes_no_further_exchanges_of_a_key(bool streamed)
    {
        await using var server = Server();
        server.TokenLife = TimeSpan.FromMinutes(60);
        using var provider = Provider(server, TimeSpan.FromMinutes(-50), metadata: false);
        await AskOftenAsync(server, provider, streamed);
    }

    [Theory]
    [InlineData(5, "ahead of")]
    [InlineData(-5, "behind")]
    public async Task A_key_that_is_refused_for_the_clock_says_so(int hoursAhead, string words)
    {
        await using var server = Server();
        using var provider = Provider(server, TimeSpan.FromHours(hoursAhead), metadata: false);
        var (_, error) = await provider.FailAsync(YandexGptCase.Request(streamed: true));
        error.Kind.Should().Be(LlmErrorKind.Authentication);
        error.Message.Should().Contain("clock").And.Contain(words).And.Contain("5 h");
        (await provider.DiagnoseAsync()).Message.Should().Contain("clock");
    }

    [Fact]
    public async Task A_key_that_is_refused_for_another_reason_is_not_put_down_to_the_clock()
    {
        await using var server = Server();
        using var provider = Provider(server, TimeSpan.FromSeconds(20), metadata: false);
        server.EnqueueFor("/iam/v1/tokens", Fault.Status(401, YandexGptCase.Status(16, "unknown key")));
        var (_, error) = await provider.FailAsync(YandexGptCase.Request(streamed: true));
        error.Message.Should().NotContain("clock");
    }

    private async Task AskOftenAsync(FakeYandexGptServer server, YandexGptProvider provider, bool streamed)
    {
        for (var minute = 0; minute < 50; minute++)
        {
            await provider.ReadAsync(YandexGptCase.Request(streamed));
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        server.TokenCount.Should().Be(1);
    }

    private FakeYandexGptServer Server() => new(new FaultServerOptions { TimeProvider = _time });

    private YandexGptProvider Provider(FakeYandexGptServer server, TimeSpan ahead, bool metadata)
    {
        var options = new YandexGptOptions
        {
            Model = "yandexgpt-5-lite",
            FolderId = YandexGptCase.Folder,
            BaseUrl = server.BaseUrl,
            IamUrl = server.IamUrl,
            MetadataUrl = server.MetadataUrl,
            UseMetadata = metadata,
        };
        if (!metadata)
        {
            File.WriteAllText(_keyFile, server.ServiceAccount.KeyJson);
            options.ServiceAccountKeyFile = _keyFile;
        }

        return new YandexGptProvider("cloud", options, timeProvider: new SkewedClock(_time, ahead));
    }
}
