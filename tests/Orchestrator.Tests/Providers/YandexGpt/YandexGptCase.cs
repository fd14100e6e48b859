using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>A fake Yandex with a provider that asks it, and ways to ask.</summary>
internal sealed class YandexGptCase : IAsyncDisposable
{
    public const string Folder = "b1gpineforest0000000";

    private readonly string? _keyFile;

    public YandexGptCase(Action<YandexGptOptions>? configure = null, FakeTimeProvider? time = null, bool withKeyFile = false)
    {
        Server = new FakeYandexGptServer(time is null ? null : new FaultServerOptions { TimeProvider = time });
        var options = new YandexGptOptions
        {
            Model = "yandexgpt-5-lite",
            FolderId = Folder,
            BaseUrl = Server.BaseUrl,
            IamUrl = Server.IamUrl,
            MetadataUrl = Server.MetadataUrl
        };
        if (withKeyFile)
        {
            _keyFile = Path.GetTempFileName();
            File.WriteAllText(_keyFile, Server.ServiceAccount.KeyJson);
            options.ServiceAccountKeyFile = _keyFile;
        }

        configure?.Invoke(options);
        if (!withKeyFile && options is { ApiKey: null, IamToken: null, UseMetadata: false, ServiceAccountKeyFile: null })
            options.ApiKey = "AQVNfake-key";
        Provider = new YandexGptProvider("cloud", options, timeProvider: time);
    }

    public FakeYandexGptServer Server { get; }

    public YandexGptProvider Provider { get; }

    public static LlmRequest Request(bool streamed, ChatOptions? options = null, params ChatMessage[] messages) =>
        new(messages.Length > 0 ? messages : [new ChatMessage(ChatRole.User, "what grows here?")])
        {
            Streaming = streamed,
            Options = options
        };

    /// <summary>The answer in one piece, however it came.</summary>
    public async Task<ChatResponse> AskAsync(bool streamed, ChatOptions? options = null, params ChatMessage[] messages)
    {
        var updates = await Provider.ReadAsync(Request(streamed, options, messages)).WaitAsync(TimeSpan.FromSeconds(20));
        return streamed ? updates.ToChatResponse() : updates.Whole();
    }

    public Task<(string Text, LlmException Error)> FailAsync(bool streamed, ChatOptions? options = null, params ChatMessage[] messages) =>
        Provider.FailAsync(Request(streamed, options, messages)).WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>The body of the request that follows from these.</summary>
    public async Task<JsonElement> SentAsync(ChatOptions? options, params ChatMessage[] messages)
    {
        await AskAsync(streamed: false, options, messages);
        return Server.LastRequest.Json!.Value;
    }

    /// <summary>A line of a stream, as the service writes it.</summary>
    public static string Line(string text, string status = "PARTIAL", int tokens = 1) => JsonSerializer.Serialize(new
    {
        result = new
        {
            alternatives = new[] { new { message = new { role = "assistant", text }, status = $"ALTERNATIVE_STATUS_{status}" } },
            usage = new
            {
                inputTextTokens = "19",
                completionTokens = $"{tokens}",
                totalTokens = $"{19 + tokens}",
                completionTokensDetails = new { reasoningTokens = "0" }
            },
            modelVersion = "11.08.2026",
        },
    });

    public static string Lines(params string[] lines) => string.Concat(lines.Select(l => l + "\n"));

    public static byte[] Bytes(params string[] lines) => Encoding.UTF8.GetBytes(Lines(lines));

    public static string Error(int grpc, int http, string message) =>
        JsonSerializer.Serialize(
            new { error = new { grpcCode = grpc, httpCode = http, message, httpStatus = "x", details = Array.Empty<int>() } });

    public static string Status(int grpc, string message) =>
        JsonSerializer.Serialize(new { code = grpc, message, details = Array.Empty<int>() });

    public async ValueTask DisposeAsync()
    {
        Provider.Dispose();
        await Server.DisposeAsync();
        if (_keyFile is not null)
            File.Delete(_keyFile);
        Server.Errors.Should().BeEmpty();
    }
}
