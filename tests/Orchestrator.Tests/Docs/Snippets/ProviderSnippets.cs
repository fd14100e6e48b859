using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OllamaSharp;
using OpenAI;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Docs.Snippets;

/// <summary>The code of docs/providers.</summary>
internal static class ProviderSnippets
{
    public static void OpenAi(Router router)
    {
        router.AddProvider(new OpenAiCompatibleProvider("openai", OpenAiCompatibleOptions.FromEnvironment("gpt-4o-mini")));

        router.AddProvider(new OpenAiCompatibleProvider("vllm", new OpenAiCompatibleOptions
        {
            BaseUrl = new Uri("http://gpu:8000/v1"),
            Model = "Qwen/Qwen3-8B",
            Vendor = "vllm",
        }));
    }

    public static void OpenAiInContainer(IServiceCollection services, IConfiguration configuration)
    {
        services.AddLlmRouter()
            .AddOpenAiCompatible("openai", OpenAiCompatibleOptions.FromEnvironment("gpt-4o-mini"))
            .AddOpenAiCompatible("openrouter", o =>
            {
                o.BaseUrl = new Uri("https://openrouter.ai/api/v1");
                o.ApiKey = configuration["OpenRouterKey"];
                o.Model = "qwen/qwen3-235b-a22b";
            });
    }

    public static void OpenAiProxy(ILlmRouterBuilder builder)
    {
        builder.AddOpenAiCompatible("openai", OpenAiCompatibleOptions.FromEnvironment("gpt-4o-mini"), http: client => client
            .UseSocketsHttpHandler((handler, _) => handler.Proxy = new WebProxy("http://proxy.example:3128")));
    }

    public static void Ollama(Router router)
    {
        router.AddProvider(new OllamaProvider("local", OllamaOptions.FromEnvironment("llama3.2")));
    }

    public static void OllamaInContainer(IServiceCollection services)
    {
        services.AddLlmRouter().AddOllama("local", o =>
        {
            o.Model = "qwen3:8b";
            o.ContextLength = 16_384;
            o.KeepAlive = TimeSpan.FromMinutes(30);
            o.Truncate = false;
            o.ModelOptions["repeat_penalty"] = 1.1;
        });
    }

    public static async Task DescribeAsync(OllamaOptions options)
    {
        using var ollama = new OllamaProvider("local", options);
        var model = await ollama.DescribeAsync();
        options.Capabilities = model.Capabilities;
    }

    public static void ChatClient(Router router, IChatClient client)
    {
        var info = new ProviderInfo("claude", Vendor: "anthropic", Model: "claude-x") { ContextWindow = 200_000 };
        router.AddProvider(new ChatClientProvider("claude", client, info));
    }

    public static void SdkClients(Router router, string key)
    {
        var openAi = new OpenAIClient(new ApiKeyCredential(key), new OpenAIClientOptions { RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });
        router.AddProvider(new ChatClientProvider("openai", openAi.GetChatClient("gpt-4o-mini").AsIChatClient()));
        router.AddProvider(new ChatClientProvider("ollama", new OllamaApiClient(new Uri("http://localhost:11434"), "llama3.2")));
    }

    public static void ChatClientInContainer(IServiceCollection services, Func<IServiceProvider, IChatClient> makeClient)
    {
        services.AddLlmRouter().AddChatClient("claude", makeClient, new ProviderInfo("claude", "anthropic", "claude-x"));
    }

    public static void RunningTools(Router router, IChatClient client)
    {
        router.AddProvider(new ChatClientProvider("shop", client) { RunsTools = true });
    }

    public static void WithoutFinishReason(Router router, IChatClient client)
    {
        router.AddProvider(new ChatClientProvider("x", client) { RequireFinishReason = false });
    }

    public static void WithHook(Router router, IChatClient client)
    {
        router.AddProvider(new ChatClientProvider("x", client)
        {
            MapException = e => e is PlanExpiredException ? new LlmException(LlmErrorKind.QuotaExceeded, "The plan has expired.", e) : null,
        });
    }

    private sealed class PlanExpiredException : Exception;
}
