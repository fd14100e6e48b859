// Any server that speaks OpenAI's chat completions. With OPENAI_API_KEY (and OPENAI_BASE_URL for another server, OPENAI_MODEL for another
// model) it asks the real one; without, a fake server inside this process, over a real socket.
using System.Globalization;
using Orchestrator;
using Orchestrator.Providers;
using Orchestrator.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var isReal = IsSet("OPENAI_API_KEY") || IsSet("OPENAI_BASE_URL");
await using var fake = isReal
    ? null
    : new FakeOpenAiServer { Reply = new FakeReply("A router sends each prompt to the model that can answer it.") };

var options = fake is null
    ? OpenAiCompatibleOptions.FromEnvironment(Environment.GetEnvironmentVariable("OPENAI_MODEL") ?? "gpt-4o-mini")
    : new OpenAiCompatibleOptions { BaseUrl = fake.BaseUrl, Model = "gpt-4o-mini" };
Console.WriteLine(fake is null
    ? $"Asking {options.Model} at {options.BaseUrl.Host}"
    : "Asking a fake server in this process; set OPENAI_API_KEY or OPENAI_BASE_URL to ask a real one");

await using var router = new Router().AddProvider(new OpenAiCompatibleProvider("openai", options));
try
{
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

var m = router.GetMetrics()["openai"];
Console.WriteLine($"{m.TotalRequests} requests, {m.TotalPromptTokens} + {m.TotalCompletionTokens} tokens, "
    + $"first token after {m.TimeToFirstToken?.TotalMilliseconds:0} ms");
return 0;

static bool IsSet(string variable) => !string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(variable));
