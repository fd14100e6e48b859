// A router set up by appsettings.json, injected as IChatClient, and watched by a service of the application.
using DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator;

// The settings lie beside the program; the default is the folder it was started in.
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });

builder.Services.AddLlmRouter(builder.Configuration.GetSection("Llm"))
    .AddMock("last-resort");
builder.Services.AddSingleton<Assistant>();
builder.Services.AddSingleton<Ledger>();
builder.Services.AddSingleton<IUsageObserver>(services => services.GetRequiredService<Ledger>());

// Starting the host builds the router and refuses settings that are wrong, naming the key.
using var host = builder.Build();
await host.StartAsync();

var assistant = host.Services.GetRequiredService<Assistant>();
for (var i = 1; i <= 4; i++)
    Console.WriteLine(await assistant.AskAsync($"Question {i}"));

// The router itself is there too, for what IChatClient does not know.
var router = host.Services.GetRequiredService<Router>();
foreach (var m in router.GetMetrics().Values)
    Console.WriteLine($"{m.Provider}: {m.TotalRequests} requests, {m.FailedRequests} failed, {m.TotalTokens} tokens, {m.TotalCost} RUB");
Console.WriteLine($"Spent in all: {host.Services.GetRequiredService<Ledger>().Spent} RUB");

await host.StopAsync();
