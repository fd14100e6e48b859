using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Conventions;

/// <summary>Calls with the options of vendors and fake servers.</summary>
public sealed partial class TimeOptionTests
{
    private static Task GigaChatAsync(TimeSpan time, bool streamed, CancellationToken cancel)
    {
        var server = new FakeGigaChatServer();
        var provider = Orchestrator.Tests.Providers.GigaChat.GigaChatCase.NewProvider(server, o => o.UpdateInterval = time);
        return RunAsync();

        async Task RunAsync()
        {
            await using (server)
            using (provider)
            {
                await AskAsync(provider, streamed, cancel);
                if (streamed)
                    server.LastRequest.Json!.Value.GetProperty("update_interval").GetDouble().Should().BeGreaterThanOrEqualTo(0);
            }
        }
    }

    private static async Task OllamaAsync(TimeSpan time, bool streamed, CancellationToken cancel)
    {
        await using var server = new FakeOllamaServer();
        using var provider = new OllamaProvider("local", new() { Model = "pine", BaseUrl = server.BaseUrl, KeepAlive = time });
        await AskAsync(provider, streamed, cancel);
        var sent = server.LastRequest.Json!.Value.GetProperty("keep_alive");
        var text = sent.ValueKind == JsonValueKind.String ? sent.GetString()! : sent.GetRawText();
        // Go's durations are nanoseconds in 64 bits.
        var unit = text.EndsWith("ms", StringComparison.Ordinal) ? 1_000_000m : 1_000_000_000m;
        (decimal.Parse(text.TrimEnd('m', 's'), CultureInfo.InvariantCulture) * unit).Should().BeInRange(-1_000_000_000, long.MaxValue);
    }

    private static async Task FakedAsync(FakeReply reply, Fault fault, bool streamed, CancellationToken cancel)
    {
        await using var server = new FakeOpenAiServer();
        server.Enqueue(reply, fault);
        using var provider = new OpenAiCompatibleProvider("wired", new() { BaseUrl = server.BaseUrl, Model = "m" });
        try
        {
            await AskAsync(provider, streamed, cancel);
        }
        finally
        {
            server.Errors.Should().BeEmpty();
        }
    }

    private static async Task TokenLifeAsync(TimeSpan time, bool streamed, CancellationToken cancel)
    {
        await using var server = new FakeGigaChatServer { TokenLife = time };
        using var provider = Orchestrator.Tests.Providers.GigaChat.GigaChatCase.NewProvider(server);
        try
        {
            await AskAsync(provider, streamed, cancel);
        }
        finally
        {
            server.Errors.Should().BeEmpty();
        }
    }

    private static async Task IamTokenLifeAsync(TimeSpan time, bool streamed, CancellationToken cancel)
    {
        await using var server = new FakeYandexGptServer { TokenLife = time };
        using var provider = new YandexGptProvider(
            "cloud",
            new() { Model = "m", FolderId = "b1g", BaseUrl = server.BaseUrl, UseMetadata = true, MetadataUrl = server.MetadataUrl });
        try
        {
            await AskAsync(provider, streamed, cancel);
        }
        finally
        {
            server.Errors.Should().BeEmpty();
        }
    }
}
