using System.Diagnostics;
using System.Reflection;
using Orchestrator.ClientCuts;
using Orchestrator.Testing;

// dotnet run -c Release --project tests/Orchestrator.ClientCuts -- [--quick] [--markdown]
// The same broken streams for our providers and for the clients people know. Exit code 1 when one of ours breaks a rule.
const int QuickStep = 23;

var step = args.Contains("--quick") ? QuickStep : 1;
var started = Stopwatch.GetTimestamp();
var failures = new List<string>();
var tally = new Tally();

await using (var openAi = new FakeOpenAiServer())
    await RunAsync(openAi, Recordings.OpenAi, Subject.ForOpenAi(openAi));
await using (var ollama = new FakeOllamaServer())
    await RunAsync(ollama, Recordings.Ollama, Subject.ForOllama(ollama));

tally.Print(args.Contains("--markdown"));
Console.WriteLine();
Console.WriteLine($"OllamaSharp {VersionOf(typeof(OllamaSharp.OllamaApiClient))}, OpenAI SDK {VersionOf(typeof(OpenAI.OpenAIClient))}, "
    + $"Microsoft.Extensions.AI.OpenAI {VersionOf(typeof(Microsoft.Extensions.AI.OpenAIClientExtensions))}, "
        + $"{(step == 1 ? "every offset" : $"offsets in steps of {step} bytes")}");
foreach (var failure in failures.Take(20))
    Console.WriteLine($"Broken rule: {failure}");
Console.WriteLine($"{(failures.Count == 0 ? "passed" : $"{failures.Count} broken rules")}: {tally.Runs} streams in "
    + $"{Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
return failures.Count == 0 ? 0 : 1;

async Task RunAsync(FakeLlmServer server, IReadOnlyList<Recording> recordings, IReadOnlyList<Subject> subjects)
{
    foreach (var recording in recordings)
    {
        foreach (var breakage in Breakage.Of(recording, step))
        {
            foreach (var subject in subjects)
            {
                server.Enqueue(breakage.Fault);
                var ending = await subject.RunAsync(recording.Text).WaitAsync(TimeSpan.FromSeconds(30));
                tally.Add(breakage, subject, ending);
                if (subject.IsOurs && !ending.Keeps(breakage.Rule) && !Excused(subject, breakage))
                    failures.Add($"{subject.Name}, {recording.Name}: {breakage.Fault} ended {ending.Outcome} {ending.What}");
            }
        }
    }
}

// A router can only hand on what a wrapped client makes of garbage and of bytes that come one by one.
static bool Excused(Subject subject, Breakage breakage) =>
    breakage.Rule != Rule.Fails && subject.Name.Contains("behind", StringComparison.Ordinal);

static string VersionOf(Type type) =>
    type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "?";
