using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

/// <summary>The code of docs/providers/yandexgpt.md and its Russian twin.</summary>
internal static class YandexGptSnippets
{
    public static void Add(Router router, string key)
    {
        router.AddProvider(new YandexGptProvider("yandex", new YandexGptOptions
        {
            Model = "yandexgpt-5-lite",
            FolderId = "b1g…",
            ApiKey = key,
        }));
    }

    public static void InContainer(IServiceCollection services)
    {
        services.AddLlmRouter().AddYandexGpt("yandex", o =>
        {
            o.Model = "yandexgpt-5-pro";
            o.FolderId = "b1g…";
            o.ServiceAccountKeyFile = "/run/secrets/yandex-key.json";
        });
    }

    public static async Task CheckAsync(YandexGptProvider yandex)
    {
        var diagnosis = await yandex.DiagnoseAsync();
        if (!diagnosis.IsValid)
            Console.WriteLine(diagnosis);   // MissingRole: The account may not use the models of this folder. Give the service account the role ai.languageModels.user …
    }
}
