using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.GigaChat;
using Orchestrator.Tests.Providers.Ollama;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Providers.Yandex;
using Orchestrator.Tests.Stress;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>
/// A canary for a key, for a prompt, for instructions and for a tool's description, through every vendor and through whatever can go wrong
/// with it, every way of quoting included: none is found in exceptions, logs above Trace, the metrics page, traces or the texts of objects.
/// Alone, as it listens to all traces.
/// </summary>
[Collection(StressCollection.Name)]
public sealed class CanaryTests(CanaryTests.Runs runs) : IClassFixture<CanaryTests.Runs>
{
    private const string Prompt = "canary-prompt-4e1f жёлтая птица";
    private const string Instructions = "canary-of-instructions: говори шёпотом, <тихо> & \"ясно\"";
    private const string Description = "canary-of-a-tool: считает крыло\nи хвост";
    private const string Key = "AQVNcanary-key-5b77";
    private static readonly string GigaKey = Convert.ToBase64String(Encoding.UTF8.GetBytes("canary-id:canary-secret-90ab"));

    /// <summary>All cases at once: most of their time they wait for a second look at a server that says nothing.</summary>
    public sealed class Runs
    {
        private readonly Dictionary<(string, bool), Task<Run>> _all = [];

        internal Task<Run> Of(string vendor, bool streamed)
        {
            if (_all.Count == 0)
            {
                foreach (var (name, mode) in Cases.Select(c => ((string)c[0], (bool)c[1])))
                    _all.Add((name, mode), Task.Run(() => RunAsync(name, mode)));
            }

            return _all[(vendor, streamed)];
        }
    }

    public static TheoryData<string, bool> Cases =>
        new() { { "gigachat", true }, { "gigachat", false }, { "yandex", true }, { "yandex", false }, { "openai", true },
            { "openai", false }, { "ollama", true }, { "ollama", false } };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Neither_key_nor_prompt_leaves_the_request_whatever_goes_wrong(string vendor, bool streamed)
    {
        var (said, sent, chats, traces) = await runs.Of(vendor, streamed);

        traces.Should().BePositive();
        chats.Should().BeGreaterThan(20, "the faults must have been met");
        sent.Should().NotBeEmpty();
        var secrets = new List<(string, int)>
        {
            (Prompt, PromptEcho.Shortest), (Instructions, PromptEcho.Shortest), (Key, 8), (GigaKey, 8)
        };
        if (vendor != "yandex")
            secrets.Add((Description, PromptEcho.Shortest));
        foreach (var text in said.Distinct())
        {
            text.Should().NotContain("canary").And.NotContain("жёлтая").And.NotContain(GigaKey);
            Leaks.In(text, [.. secrets]).Should().BeNull();
            sent.Should().NotContain(token => text.Contains(token));
        }
    }

    private static async Task<Run> RunAsync(string vendor, bool streamed)
    {
        await using var giga = new GigaChatCase(o => o.AuthorizationKey = GigaKey);
        giga.Server.AuthorizationKey = GigaKey;
        await using var yandex = new YandexGptCase(o => o.ApiKey = Key);
        await using var openAi = new Wire(o => o.ApiKey = Key);
        await using var ollama = new OllamaCase(o => o.ApiKey = Key);
        ILlmProvider provider =
            vendor switch { "gigachat" => giga.Provider, "yandex" => yandex.Provider, "openai" => openAi.Provider, _ => ollama.Provider };
        FakeLlmServer server =
            vendor switch { "gigachat" => giga.Server, "yandex" => yandex.Server, "openai" => openAi.Server, _ => ollama.Server };
        string[] questions = vendor switch
        {
            "gigachat" => ["/api/v2/oauth", "/api/v1/models"],
            "yandex" => ["/foundationModels/v1/tokenize"],
            "openai" => ["/v1/models"],
            _ => ["/api/tags"]
        };
        var options = new ChatOptions
        {
            Instructions = Instructions,
            Tools = vendor == "yandex" ? null : [AIFunctionFactory.Create(() => 1, "wings", Description)]
        };

        // The runs of the other vendors have traces of their own, at the same time.
        using var root = new Activity("run").Start();
        var trace = root.TraceId;
        var traces = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace)
                    traces.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        var logs = new Logs();
        var registry = Prometheus.Metrics.NewCustomRegistry();
        var said = new List<string>();
        var checks = new List<Task<ProviderDiagnosis>>();
        var health = new HealthOptions { ExclusionTime = TimeSpan.FromTicks(1), LongestRetryAfter = TimeSpan.FromTicks(1) };
        await using (var router = ChatSurface.InOrder(new RouterOptions { Health = health }, null, logs, provider).ExportingTo(registry))
        {
            foreach (var fault in Faults(server))
            {
                server.ChooseFault = fault is null ? Echo : _ => fault;
                said.Add(await AskAsync(router, streamed, options));
                foreach (var path in questions)
                {
                    server.EnqueueFor(
                        path, fault ?? Fault.Status(401, $"{{\"message\":\"not known: {(vendor == "gigachat" ? GigaKey : Key)}\"}}"));
                    checks.Add(((IProviderDiagnostics)provider).DiagnoseAsync());
                }
            }

            said.AddRange((await Task.WhenAll(checks)).Select(found => $"{found} {found.Error}"));
            foreach (var escape in Leaks.Escapes.Values)
            {
                server.ChooseFault = request => Echo(request, escape);
                said.Add(await AskAsync(router, streamed, options));
            }

            said.AddRange(router.GetMetrics().Select(m => $"{m.Key} {m.Value}"));
            said.Add($"{router.Explain(new LlmRequest(Prompt))}");
            said.Add((await ExportedPage.ScrapeAsync(registry)).Text);
        }

        said.Add($"{provider} {provider.Info}");
        said.AddRange(logs.Records.Where(r => r.Level > LogLevel.Trace)
            .Select(r => $"{r.Message} {r.Exception} {string.Join(' ', r.StructuredState ?? [])} {string.Join(' ', r.Scopes)}"));
        said.AddRange(traces.Select(a => $"{a.DisplayName} {a.StatusDescription} {string.Join(' ', a.TagObjects)} "
            + $"{string.Join(' ', a.Baggage)} {string.Join(' ', a.Events.SelectMany(e => e.Tags))}"));

        var sent = server.Requests.Select(r => r.Header("Authorization")?.Split(' ')[^1]).OfType<string>().Distinct().ToList();
        return new Run(said, sent, server.ChatCount, traces.Count);
    }

    private static async Task<string> AskAsync(Router router, bool streamed, ChatOptions options)
    {
        try
        {
            await router.AskAsync(streamed, options, [new(ChatRole.User, Prompt)]).WaitAsync(TimeSpan.FromSeconds(20));
            return "";
        }
        catch (LlmException error)
        {
            var attempts = (error as AllProvidersFailedException)?.Attempts ?? [];
            return $"{error} {error.PartialText} {error.Data.Count} {error.RequestId} {error.ProviderCode} "
                + $"{string.Join(' ', attempts.Select(a => $"{a} {a.Error}"))}";
        }
    }

    /// <summary>Null stands for the server that quotes all it was sent.</summary>
    private static IEnumerable<Fault?> Faults(FakeLlmServer server)
    {
        foreach (var kind in Enum.GetValues<LlmErrorKind>().Except([LlmErrorKind.Unknown, LlmErrorKind.NoCandidate,
            LlmErrorKind.StreamInterrupted, LlmErrorKind.MalformedResponse, LlmErrorKind.NotSupported]))
            yield return Fault.Error(kind);
        yield return null;
        Fault[] others =
        [
            Fault.RateLimited("0"), Fault.ErrorUnder200(), Fault.ErrorEvent(1), Fault.Html(), Fault.Html(200), Fault.Empty200(),
            Fault.NoContent(), Fault.Redirect(new Uri(server.Address, "/elsewhere")),
            Fault.Status(418, "?"), Fault.Body("{"), Fault.Body(Key), Fault.DeepJson(), Fault.CloseUnanswered(), Fault.ResetUnanswered(),
            Fault.CutHead(), Fault.CutAfterEvents(1), Fault.MissingTerminator(),
            Fault.MalformedEvent(0), Fault.BadChunk(1), Fault.HalfChunk(0), Fault.WrongLength(5), Fault.LyingEncoding(),
            Fault.Raw("nonsense\r\n\r\n"u8.ToArray()), Fault.None,
        ];
        foreach (var fault in others)
            yield return fault;
    }

    private static Fault Echo(CapturedRequest request, Func<string, string> escape) =>
        request.Path.Contains("oauth", StringComparison.Ordinal)
            ? Fault.None
            : Fault.Status(500, System.Text.Json.JsonSerializer.Serialize(new
            {
                message = escape($"{Prompt} {Instructions} {Description}"),
                code = escape(request.Header("Authorization") ?? ""),
                type = escape(Prompt)
            }));

    private static Fault Echo(CapturedRequest request) =>
        Fault.Status(500, System.Text.Json.JsonSerializer.Serialize(new { message = $"{request.Header("Authorization")} {request.Text}" }))
            .And(Fault.Header("x-request-id", request.Header("Authorization") ?? "none"));

    /// <summary>What was said by whatever speaks, what was sent in secret, how many chats were asked for,
    /// and how many activities ended.</summary>
    internal sealed record Run(List<string> Said, List<string> Sent, int Chats, int Traces);
}
