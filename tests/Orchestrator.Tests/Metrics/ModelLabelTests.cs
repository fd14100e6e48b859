using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Metrics;

/// <summary>The number of series depends on the settings, not on what servers and callers say.</summary>
public sealed class ModelLabelTests
{
    [Theory]
    [BothModes]
    public async Task Ten_thousand_names_of_models_that_servers_make_up_are_no_labels_and_the_totals_are_exact(bool streamed)
    {
        const int calls = 10_000;
        var number = 0;
        var provider = new FakeProvider("a", (_, _) => Some.Updates(
            new ChatResponseUpdate(ChatRole.Assistant, "ok") { ModelId = $"made-up-{Interlocked.Increment(ref number)}" }, Some.Finish(),
            Some.Usage(3, 1)));
        var registry = Prometheus.Metrics.NewCustomRegistry();
        await using var router = InOrder(new(), provider).ExportingTo(registry);

        for (var i = 0; i < calls; i++)
            (await router.AskAsync(streamed)).Should().Be("ok");

        using var stream = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(stream);
        var page = System.Text.Encoding.UTF8.GetString(stream.ToArray());
        page.Should().NotContain("made-up")
            .And.Contain($"llm_requests_total{{provider=\"a\",model=\"a-model\",status=\"success\"}} {calls}\n");
        page.Split('\n').Count(l => l.StartsWith("llm_", StringComparison.Ordinal)).Should().BeLessThan(200);
    }
}
