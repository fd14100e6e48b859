// YandexGPT by its native API. With YC_FOLDER_ID and YC_API_KEY (or YC_SERVICE_ACCOUNT_KEY_FILE, YC_IAM_TOKEN, YC_METADATA_ADDR) it
// checks the settings and asks the real service, the model of YC_MODEL; without, a fake server inside this process, by way of a key file
// and an IAM token.
using System.Globalization;
using Microsoft.Extensions.AI;
using Orchestrator;
using Orchestrator.Providers;
using Orchestrator.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var model = IsSet("YC_MODEL") ? Environment.GetEnvironmentVariable("YC_MODEL")! : "yandexgpt-5-lite";
var isReal = new[] { "YC_API_KEY", "YC_SERVICE_ACCOUNT_KEY_FILE", "YC_IAM_TOKEN", "YC_METADATA_ADDR" }.Any(IsSet);
await using var fake = isReal
    ? null
    : new FakeYandexGptServer { Reply = new FakeReply("Маршрутизатор шлёт каждый запрос той модели, которая может ответить.") };
var keyFile = fake is null ? null : Path.GetTempFileName();
if (fake is not null)
    File.WriteAllText(keyFile!, fake.ServiceAccount.KeyJson);

var options = fake is null
    ? YandexGptOptions.FromEnvironment(model)
    : new YandexGptOptions
    {
        BaseUrl = fake.BaseUrl,
        IamUrl = fake.IamUrl,
        FolderId = "b1gexample",
        ServiceAccountKeyFile = keyFile,
        Model = model,
    };
Console.WriteLine(fake is null
    ? $"Asking {options.Model} at {options.BaseUrl.Host}"
    : "Asking a fake server in this process; set YC_FOLDER_ID and YC_API_KEY to ask the real one");

var yandex = new YandexGptProvider("yandex", options);
await using var router = new Router(new RouterOptions { Prices = PricingTable.Current }).AddProvider(yandex);
if (keyFile is not null)
    File.Delete(keyFile);

var found = await yandex.DiagnoseAsync();
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

    ChatMessage[] messages = [new(ChatRole.User, "Сколько здесь токенов?")];
    var counted = await yandex.CountTokensAsync(messages);
    Console.WriteLine($"counted:  {counted} tokens by the vendor, {new TokenCounter().Count(messages, yandex.Info)} by estimate");
}
catch (LlmException e)
{
    Console.WriteLine($"{e.Kind}: {(e as AllProvidersFailedException)?.Attempts[^1].Error?.Message ?? e.Message}");
    return 1;
}

var m = router.GetMetrics()["yandex"];
Console.WriteLine($"{m.TotalRequests} requests, {m.TotalPromptTokens} + {m.TotalCompletionTokens} tokens, {m.TotalCost} RUB");
return 0;

static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));
