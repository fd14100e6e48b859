// GigaChat on its own protocol. With GIGACHAT_CREDENTIALS (or GIGACHAT_ACCESS_TOKEN) it checks the settings and asks the real service, the
// model of GIGACHAT_MODEL; its certificates need GIGACHAT_CA_BUNDLE_FILE on most machines. Without, a fake server inside this process.
using System.Globalization;
using Microsoft.Extensions.AI;
using Orchestrator;
using Orchestrator.Providers;
using Orchestrator.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var isReal = IsSet("GIGACHAT_CREDENTIALS") || IsSet("GIGACHAT_ACCESS_TOKEN");
await using var fake = isReal
    ? null
    : new FakeGigaChatServer { Reply = new FakeReply("Маршрутизатор шлёт каждый запрос той модели, которая может ответить.") };

var options = fake is null
    ? GigaChatOptions.FromEnvironment(IsSet("GIGACHAT_MODEL") ? null : "GigaChat-2")
    : new GigaChatOptions
    {
        BaseUrl = fake.BaseUrl,
        AuthUrl = fake.AuthUrl,
        AuthorizationKey = FakeGigaChatServer.DefaultKey,
        Model = "GigaChat-2",
    };
Console.WriteLine(fake is null
    ? $"Asking {options.Model} at {options.BaseUrl.Host}"
    : "Asking a fake server in this process; set GIGACHAT_CREDENTIALS to ask the real one");

var gigaChat = new GigaChatProvider("gigachat", options);
await using var router = new Router(new RouterOptions { Prices = PricingTable.Current }).AddProvider(gigaChat);

var found = await gigaChat.DiagnoseAsync();
Console.WriteLine($"check:    {found}");
if (!found.IsValid)
    return 1;

try
{
    var answer = await router.RouteAsync("Что такое маршрутизатор запросов? Одним предложением.");
    Console.WriteLine($"whole:    {answer.Text} ({answer.Usage.TotalTokens} tokens, {answer.Cost} {answer.Currency})");

    Console.Write("streamed: ");
    await foreach (var update in router.RouteStreamAsync("Скажи то же другими словами."))
        Console.Write(update.Text);
    Console.WriteLine();

    var counted = await gigaChat.CountTokensAsync([new ChatMessage(ChatRole.User, "Сколько здесь токенов?")]);
    var estimate = new TokenCounter().Count("Сколько здесь токенов?", options.Model);
    Console.WriteLine($"counted:  {counted} tokens by the vendor, {estimate} by estimate");
}
catch (LlmException e)
{
    Console.WriteLine($"{e.Kind}: {(e as AllProvidersFailedException)?.Attempts[^1].Error?.Message ?? e.Message}");
    return 1;
}

var m = router.GetMetrics()["gigachat"];
Console.WriteLine($"{m.TotalRequests} requests, {m.TotalPromptTokens} + {m.TotalCompletionTokens} tokens, {m.TotalCost} RUB");
return 0;

static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));
