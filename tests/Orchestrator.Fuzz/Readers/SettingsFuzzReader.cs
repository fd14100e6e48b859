using System.Text;
using Microsoft.Extensions.Configuration;
using Orchestrator.DependencyInjection;

namespace Orchestrator.Fuzz;

/// <summary>The settings of <c>appsettings.json</c>: either they can be used, or there is a problem with words.</summary>
internal sealed class SettingsFuzzReader() : FuzzReader("settings")
{
    public override IReadOnlyList<byte[]> Samples { get; } = [.. new[]
    {
        """{"Llm":{"Strategy":"best-available","MidStream":"Restart","RefusalAction":"NextProvider","MaxAttempts":3,"Timeouts":"""
        + """{"FirstToken":"00:00:10","Call":"infinite"},"Providers":[{"Name":"a","Type":"mock","Delay":"00:00:01","FailureRate":0.1"""
        + ""","Seed":7}]}}""",
        """{"Llm":{"Providers":["""
        + """{"Name":"a","Type":"openai","Model":"gpt-4o-mini","BaseUrl":"https://one.example/v1","ApiKey":"k-12345678","Headers":"""
        + """{"X-A":"b"}},{"Name":"b","Type":"ollama","Model":"llama3.2","BaseUrl":"http://localhost:11434","ContextLength":8192}]}}""",
        """{"Llm":{"Prices":{"Base":"none","Currency":"RUB","Models":[{"Vendor":"openai","Model":"gpt-*","Prompt":0.4,"Completion":1.6}]}"""
        + ""","Providers":[{"Name":"a","Type":"mock","Aliases":["x","y"],"Price":{"Prompt":1,"Completion":2}}]}}""",
    }.Select(Encoding.UTF8.GetBytes)];

    public override void Make(FuzzCase input, Mutator mutator, Dice dice)
    {
        // Longer ones test Microsoft's reader of JSON, not ours.
        do
            mutator.Make(input.Bytes, Samples, dice);
        while (input.Bytes.Length > 8_192);
    }

    public override Verdict Read(FuzzCase input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        IConfigurationRoot root;
        try
        {
            root = new ConfigurationBuilder().AddJsonStream(new MemoryStream(input.Bytes.Span.ToArray())).Build();
        }
        catch (Exception)
        {
            return new Verdict("not read as JSON", 0, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        using var disposal = root as IDisposable;
        var source = new SettingsSource(root.GetSection("Llm"), _ => null);
        var problems = source.Problems;
        if (problems.Count == 0)
        {
            source.Configure(new RouterOptions());
            if (source.Entries.Any(e => e is null))
                throw new FuzzFailure("an entry that is none");
        }
        else if (problems.Any(string.IsNullOrWhiteSpace))
        {
            throw new FuzzFailure("a problem without words");
        }

        return new Verdict(problems.Count == 0 ? "good" : "problems", problems.Count, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
