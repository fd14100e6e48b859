using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>The four vendors with a client of the test's, ready to ask without a token request.</summary>
internal static class Vendors
{
    public static readonly string[] All = ["openai", "ollama", "gigachat", "yandex"];

    public static HttpLlmProvider New(string vendor, HttpClient? client, TimeProvider? time = null, Uri? address = null)
    {
        address ??= new Uri("http://vendor.test/v1");
        return vendor switch
        {
            "openai" => new OpenAiCompatibleProvider(vendor, new() { BaseUrl = address, Model = "m" }, client, time),
            "ollama" => new OllamaProvider(vendor, new() { BaseUrl = address, Model = "m" }, client, time),
            "gigachat" => new GigaChatProvider(vendor, new() { BaseUrl = address, Model = "GigaChat-2", AccessToken = "token-of-the-test" }, client, time),
            _ => new YandexGptProvider(vendor, new() { BaseUrl = address, Model = "yandexgpt-5-lite", FolderId = "b1gfolder00000000000", ApiKey = "AQVN-fake" }, client, time),
        };
    }
}
