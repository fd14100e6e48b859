using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orchestrator.Tests.DependencyInjection;

public partial class ConfigurationPageTests
{
    [Fact]
    public void The_example_of_the_page_is_valid_and_shows_every_kind_of_key()
    {
        var json = JsonBlock().Match(Page()).Groups[1].Value;
        var services = new ServiceCollection();
        services.AddLlmRouter(Settings.Root(json).GetSection("Llm"));
        using var container = services.BuildServiceProvider();

        container.GetRequiredService<Router>().Providers.Select(provider => provider.Name).Should().Equal("fast", "flaky");
        var options = container.GetRequiredService<IOptions<RouterOptions>>().Value;
        options.Strategy.Should().Be(RoutingStrategy.BestAvailable);
        options.Timeouts.Should().Be(TimeoutOptions.Default, "the page shows the defaults");
    }

    private static string Page()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            folder = folder.Parent!;
        return File.ReadAllText(Path.Combine(folder.FullName, "docs", "configuration.md"));
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
