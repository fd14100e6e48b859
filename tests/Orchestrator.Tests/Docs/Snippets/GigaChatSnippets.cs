using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

/// <summary>The code of docs/providers/gigachat.md and its Russian twin.</summary>
internal static class GigaChatSnippets
{
    public static void SetUp(Router router, string key)
    {
        router.AddProvider(new GigaChatProvider("gigachat", new GigaChatOptions
        {
            Model = "GigaChat-2-Pro",
            AuthorizationKey = key,
            Scope = GigaChatScope.Pers,
            TrustedRootsFile = "russian_trusted_root_ca_pem.crt",
        }));
    }

    public static async Task CheckAsync(GigaChatProvider gigaChat)
    {
        var found = await gigaChat.DiagnoseAsync();
        if (!found.IsValid)
            Console.WriteLine(found);   // WrongScope: AuthorizationKey does not belong to GIGACHAT_API_PERS but to GIGACHAT_API_CORP; set Scope to GigaChatScope.Corp.
    }
}
