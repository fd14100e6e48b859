// A model that Ollama runs. With OLLAMA_HOST (and OLLAMA_MODEL for another model, OLLAMA_API_KEY for the cloud) it asks the real one;
// without, a fake server inside this process, over a real socket.
using System.Globalization;
using Orchestrator;
using Orchestrator.Providers;
using Orchestrator.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var isReal = !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable("OLLAMA_HOST"));
await using var fake = isReal
    ? null
    : new FakeOllamaServer { Reply = new FakeReply("A router sends each prompt to the model that can answer it.") };

var options = fake is null
    ? OllamaOptions.FromEnvironment(Environment.GetEnvironmentVariable("OLLAMA_MODEL") ?? "llama3.2")
    : new OllamaOptions { BaseUrl = fake.BaseUrl, Model = "llama3.2" };
Console.WriteLine(fake is null
    ? $"Asking {options.Model} at {options.BaseUrl.Authority}"
    : "Asking a fake server in this process; set OLLAMA_HOST, for example to localhost:11434, to ask a real one");

var ollama = new OllamaProvider("ollama", options);
await using var router = new Router().AddProvider(ollama);
try
{
    var model = await ollama.DescribeAsync();
    Console.WriteLine($"model:    {model.ContextLength} tokens of context; {model.Capabilities}");

    var answer = await router.RouteAsync("What is a router of prompts? One sentence.");
    Console.WriteLine($"whole:    {answer.Text}");

    Console.Write("streamed: ");
    await foreach (var update in router.RouteStreamAsync("Say it once more, in other words."))
        Console.Write(update.Text);
    Console.WriteLine();
}
catch (LlmException e)
{
    Console.WriteLine($"{e.Kind}: {(e as AllProvidersFailedException)?.Attempts[^1].Error?.Message ?? e.Message}");
    return 1;
}

var m = router.GetMetrics()["ollama"];
Console.WriteLine($"{m.TotalRequests} requests, {m.TotalPromptTokens} + {m.TotalCompletionTokens} tokens, "
    + $"first token after {m.TimeToFirstToken?.TotalMilliseconds:0} ms");
return 0;
