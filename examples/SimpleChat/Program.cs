// A chat in the console, with history and streaming, over whatever the environment offers: OPENAI_API_KEY or OPENAI_BASE_URL, then
// OLLAMA_HOST; without either, the mock. With no input at all it talks to itself.
using Microsoft.Extensions.AI;
using Orchestrator;
using Orchestrator.Providers;

var router = new Router(RoutingStrategy.FirstAvailable);
await using var disposal = router;
if (IsSet("OPENAI_API_KEY") || IsSet("OPENAI_BASE_URL"))
{
    var model = Variable("OPENAI_MODEL", "gpt-4o-mini");
    router.AddProvider(new OpenAiCompatibleProvider("openai", OpenAiCompatibleOptions.FromEnvironment(model)));
}

if (IsSet("OLLAMA_HOST"))
    router.AddProvider(new OllamaProvider("ollama", OllamaOptions.FromEnvironment(Variable("OLLAMA_MODEL", "llama3.2"))));
if (router.Providers.Count == 0)
    router.AddProvider(new MockProvider("mock", options: new MockOptions { ChunkDelay = TimeSpan.FromMilliseconds(30) }));
var asked = router.Providers.Select(p => $"{p.Name} ({p.Model})");
Console.WriteLine($"Talking to {string.Join(", then ", asked)}. \"exit\" ends the chat.");

var history = new List<ChatMessage> { new(ChatRole.System, "You are a helpful assistant. Answer briefly.") };
foreach (var line in Lines())
{
    history.Add(new ChatMessage(ChatRole.User, line));
    var updates = new List<ChatResponseUpdate>();
    try
    {
        await foreach (var update in router.RouteStreamAsync(history))
        {
            Console.Write(update.Text);
            updates.Add(update);
        }

        // The answer goes into the history, so that the next question can refer to it.
        history.AddMessages(updates);
        var route = updates[^1].GetRoute()!;
        Console.WriteLine($"\n  [{route.Provider.Name}, {route.Usage.TotalTokens} tokens, {route.Latency.TotalSeconds:0.0} s]");
    }
    catch (LlmException e)
    {
        // A question without an answer would only confuse the next one.
        history.RemoveAt(history.Count - 1);
        Console.WriteLine($"\n  [{e.Kind}: {(e as AllProvidersFailedException)?.Attempts[^1].Error?.Message ?? e.Message}]");
    }
}

static IEnumerable<string> Lines()
{
    var any = false;
    while (true)
    {
        if (!Console.IsInputRedirected)
            Console.Write("> ");
        if (Console.ReadLine()?.Trim() is not { } line || line.Equals("exit", StringComparison.OrdinalIgnoreCase))
            break;
        any = true;
        if (line.Length == 0)
            continue;
        if (Console.IsInputRedirected)
            Console.WriteLine($"> {line}");
        yield return line;
    }

    if (any || !Console.IsInputRedirected)
        yield break;
    foreach (var line in new[] { "My name is Ada.", "What is my name?" })
    {
        Console.WriteLine($"> {line}");
        yield return line;
    }
}

static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));

static string Variable(string name, string otherwise) => IsSet(name) ? Environment.GetEnvironmentVariable(name)! : otherwise;
