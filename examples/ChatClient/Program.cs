// Clients of other libraries as providers: the OpenAI .NET SDK first, OllamaSharp when it fails. With OPENAI_API_KEY (and OPENAI_BASE_URL,
// OPENAI_MODEL) or OLLAMA_HOST (and OLLAMA_MODEL) each asks the real service; without, a fake server inside this process.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OpenAI;
using Orchestrator;
using Orchestrator.Providers;
using Orchestrator.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
await using var openAiFake = Set("OPENAI_API_KEY") is null
    ? new FakeOpenAiServer { Reply = new FakeReply("Sure: one answer from the OpenAI SDK.") }
    : null;
await using var ollamaFake = Set("OLLAMA_HOST") is null
    ? new FakeOllamaServer { Reply = new FakeReply("And one from OllamaSharp.") }
    : null;
Console.WriteLine($"OpenAI SDK:  {Kind(openAiFake, "OPENAI_API_KEY")}");
Console.WriteLine($"OllamaSharp: {Kind(ollamaFake, "OLLAMA_HOST")}");

// The SDK's own retries are off: a second call inside it would be one that the router does not see.
var sdkOptions = new OpenAIClientOptions { RetryPolicy = new ClientRetryPolicy(maxRetries: 0) };
if ((openAiFake?.BaseUrl.ToString() ?? Set("OPENAI_BASE_URL")) is { } address)
    sdkOptions.Endpoint = new Uri(address);
using var openAi = new OpenAIClient(new ApiKeyCredential(Set("OPENAI_API_KEY") ?? "sk-of-the-fake"), sdkOptions)
    .GetChatClient(Set("OPENAI_MODEL") ?? "gpt-4o-mini").AsIChatClient();

// OllamaOptions knows the short forms of OLLAMA_HOST.
var ollamaUrl = ollamaFake?.BaseUrl ?? OllamaOptions.FromEnvironment("any").BaseUrl;
using var ollama = new OllamaApiClient(ollamaUrl, Set("OLLAMA_MODEL") ?? "llama3.2");

await using var router = new Router(RoutingStrategy.FirstAvailable)
    .AddProvider(new ChatClientProvider("openai-sdk", openAi))
    .AddProvider(new ChatClientProvider("ollama-sharp", ollama));
try
{
    var answer = await router.RouteAsync("Who answers? One sentence.");
    Console.WriteLine($"whole:    {answer.Text} ({answer.Usage.TotalTokens} tokens)");

    if (openAiFake is not null)
    {
        // The SDK throws, the router knows its exception by shape and asks the next.
        openAiFake.Always = Fault.Status(503, """{"error":{"message":"The server is overloaded.","type":"server_error"}}""");
    }

    Console.Write("streamed: ");
    RouteResult? route = null;
    await foreach (var update in router.RouteStreamAsync("Once more, please."))
    {
        Console.Write(update.Text);
        route = update.GetRoute() ?? route;
    }

    Console.WriteLine();
    foreach (var attempt in route?.Attempts ?? [])
        Console.WriteLine($"  {attempt.Provider.Name}: {attempt.Outcome}{(attempt.Error is { } error ? $", {error.Kind}" : "")}");
}
catch (LlmException e)
{
    Console.WriteLine($"{e.Kind}: {(e as AllProvidersFailedException)?.Attempts[^1].Error?.Message ?? e.Message}");
    return 1;
}

return 0;

static string Kind(object? fake, string variable) =>
    fake is null ? "the real service" : $"a fake server in this process; set {variable} to ask the real one";

static string? Set(string name) =>
    Environment.GetEnvironmentVariable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
