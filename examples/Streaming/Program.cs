// Streams: who answered, what is left when a stream breaks, and how to start over with another provider.
using Microsoft.Extensions.AI;
using Orchestrator;
using Orchestrator.Providers;

var slowly = new MockOptions { ChunkDelay = TimeSpan.FromMilliseconds(40) };
var breaking = slowly with { Script = [MockOutcome.CutAfter(words: 4)] };

Console.WriteLine("1. A provider that fails before its first word is passed over unseen.");
await using (var router = new Router(RoutingStrategy.FirstAvailable)
    .AddProvider(new MockProvider("main", "mock-timeout"))
    .AddProvider(new MockProvider("backup", options: slowly)))
{
    await foreach (var update in router.RouteStreamAsync("Count the words of this sentence"))
    {
        Console.Write(update.Text);

        // The last update is the router's own: it has no text and tells how the call was routed.
        if (update.GetRoute() is { } route)
        {
            var attempts = string.Join(", ", route.Attempts.Select(a => $"{a.Provider.Name} {a.Error?.Kind.ToString() ?? "answered"}"));
            Console.WriteLine($"\n   attempts: {attempts}; {route.Usage.TotalTokens} tokens");
        }
    }
}

Console.WriteLine("2. A stream that breaks after text was shown throws: two providers are never mixed into one answer.");
await using (var router = new Router(RoutingStrategy.FirstAvailable)
    .AddProvider(new MockProvider("main", options: breaking))
    .AddProvider(new MockProvider("backup")))
{
    try
    {
        await foreach (var update in router.RouteStreamAsync("Count the words of this sentence"))
            Console.Write(update.Text);
    }
    catch (LlmException cut) when (cut.Kind == LlmErrorKind.StreamInterrupted)
    {
        Console.WriteLine($"\n   {cut.ProviderName} broke off; kept: \"{cut.PartialText}\"");
    }
}

Console.WriteLine("3. With MidStream.Restart the next provider gives its whole answer, after an update that says so.");
var options = new RouterOptions { Strategy = RoutingStrategy.FirstAvailable, MidStream = MidStreamMode.Restart };
await using (var router = new Router(options)
    .AddProvider(new MockProvider("main", options: breaking))
    .AddProvider(new MockProvider("backup", options: slowly)))
{
    await foreach (var update in router.RouteStreamAsync("Count the words of this sentence"))
    {
        // What was shown so far is void: a page would clear it here.
        if (update.Contents is [RestartContent restart])
            Console.WriteLine($"\n   {restart.Error.Kind}: starting over with {restart.Provider.Name}");
        Console.Write(update.Text);
    }

    Console.WriteLine();
}

Console.WriteLine("4. A buffered call shows nothing until it is whole, so it simply starts over.");
await using (var router = new Router(RoutingStrategy.FirstAvailable)
    .AddProvider(new MockProvider("main", options: breaking))
    .AddProvider(new MockProvider("backup")))
{
    var answer = await router.RouteAsync("Count the words of this sentence");
    Console.WriteLine($"{answer.Text}\n   from {answer.Provider.Name}");
}
