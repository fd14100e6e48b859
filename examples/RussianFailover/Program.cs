// GigaChat first, YandexGPT when GigaChat fails, Ollama when both fail; which one answered and why, and a bill at the end. Each of them is
// real when its variables are set (GIGACHAT_CREDENTIALS; YC_FOLDER_ID and YC_API_KEY; OLLAMA_HOST) and a fake server inside this process
// otherwise. Only fakes are made to fail.
using System.Globalization;
using Microsoft.Extensions.AI;
using Orchestrator;
using Orchestrator.Providers;
using Orchestrator.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
await using var gigaFake = IsSet("GIGACHAT_CREDENTIALS")
    ? null
    : new FakeGigaChatServer { Reply = new FakeReply("Отвечает GigaChat.") { PromptTokens = 480, CompletionTokens = 120 } };
await using var yandexFake = IsSet("YC_API_KEY")
    ? null
    : new FakeYandexGptServer { Reply = new FakeReply("Отвечает YandexGPT.") { PromptTokens = 390, CompletionTokens = 100 } };
await using var ollamaFake = IsSet("OLLAMA_HOST")
    ? null
    : new FakeOllamaServer { Reply = new FakeReply("Отвечает модель на своей машине.") { PromptTokens = 510, CompletionTokens = 140 } };

var bill = new Bill();
var prices = PricingTable.Current;
await using var router = new Router(new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, Prices = prices, Observers = { bill } });
router
    .AddProvider(new GigaChatProvider("gigachat", gigaFake is null
        ? GigaChatOptions.FromEnvironment(IsSet("GIGACHAT_MODEL") ? null : "GigaChat-2")
        : new()
        {
            BaseUrl = gigaFake.BaseUrl,
            AuthUrl = gigaFake.AuthUrl,
            AuthorizationKey = FakeGigaChatServer.DefaultKey,
            Model = "GigaChat-2",
        }))
    .AddProvider(new YandexGptProvider("yandex", yandexFake is null
        ? YandexGptOptions.FromEnvironment(Value("YC_MODEL") ?? "yandexgpt-5-lite")
        : new() { BaseUrl = yandexFake.BaseUrl, FolderId = "b1gexample", ApiKey = "AQVNexample", Model = "yandexgpt-5-lite" }))
    .AddProvider(new OllamaProvider("ollama", ollamaFake is null
        ? OllamaOptions.FromEnvironment(Value("OLLAMA_MODEL") ?? "llama3.2")
        : new() { BaseUrl = ollamaFake.BaseUrl, Model = "llama3.2" }));
Console.WriteLine($"gigachat: {Kind(gigaFake, "GIGACHAT_CREDENTIALS")}; yandex: {Kind(yandexFake, "YC_FOLDER_ID and YC_API_KEY")}; "
    + $"ollama: {Kind(ollamaFake, "OLLAMA_HOST")}");

try
{
    await AskAsync("all is well");

    gigaFake?.ExpireTokens();
    await AskAsync("GigaChat's token has expired: it gets a new one, unseen by the caller");

    gigaFake?.Enqueue(Fault.RateLimited(TimeSpan.FromSeconds(30)));
    await AskAsync("GigaChat is asked too often (429)");

    // Twice, as the router tries the same provider once more.
    yandexFake?.Enqueue(Fault.Status(503), Fault.Status(503));
    await AskAsync("GigaChat still asks to wait, and Yandex is down (503)");

    await AskAsync("Yandex is back", streamed: true);
}
catch (LlmException e)
{
    Console.WriteLine($"{e.Kind}: {(e as AllProvidersFailedException)?.Attempts[^1].Error?.Message ?? e.Message}");
    return 1;
}

bill.Print(prices);
return 0;

async Task AskAsync(string what, bool streamed = false)
{
    Console.WriteLine();
    Console.WriteLine($"{what}{(streamed ? ", streamed" : "")}:");
    const string Question = "Кто отвечает? Одним предложением.";
    RouteResult route;
    if (streamed)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in router.RouteStreamAsync(Question))
            updates.Add(update);
        Console.WriteLine($"  {updates.ToChatResponse().Text}");
        route = updates[^1].GetRoute()!;
    }
    else
    {
        var answer = await router.RouteAsync(Question);
        Console.WriteLine($"  {answer.Text}");
        route = answer;
    }

    var failed = route.Attempts.Where(a => a.Error is not null).Select(a => $"{a.Provider.Name} {Words(a.Error!)}").ToList();
    var why = failed.Count == 0 ? "the first that was available" : $"after {string.Join(", ", failed)}";
    Console.WriteLine($"  {route.Provider.Name}, {why}; {route.Usage.TotalTokens} tokens, {route.Cost * 100:0.00} kopecks");
}

static string Words(LlmException error) => error.StatusCode is { } status ? $"{error.Kind} ({status})" : $"{error.Kind}";

static string Kind(object? fake, string variables) => fake is null ? "the real one" : $"a fake (set {variables})";

static bool IsSet(string variable) => Value(variable) is not null;

static string? Value(string variable) =>
    Environment.GetEnvironmentVariable(variable) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
