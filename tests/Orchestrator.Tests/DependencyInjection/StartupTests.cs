using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.DependencyInjection;

public class StartupTests
{
    private readonly ServiceCollection _services = [];

    [Fact]
    public void Start_reports_every_problem_at_once()
    {
        _services.AddLlmRouter(Settings.Section(
            """{ "Stratgy": "random", "MaxAttempts": "0", "Providers": [ { "Name": "a", "Type": "mok" } ] }"""));

        Validating().Should().Throw<OptionsValidationException>().Which.Failures.Should().HaveCount(3);
    }

    [Fact]
    public void Start_passes_with_a_provider_from_the_section() =>
        Start_passes(services => services.AddLlmRouter(Settings.Section($$"""{ {{Settings.OneMock}} }""")));

    [Fact]
    public void Start_passes_with_a_provider_from_code() => Start_passes(services => services.AddLlmRouter().AddMock("a"));

    [Fact]
    public void Start_passes_when_a_provider_was_added_to_the_router_itself()
    {
        _services.AddLlmRouter();
        using var container = _services.BuildServiceProvider();
        container.GetRequiredService<Router>().AddProvider(new SyncProvider());

        var act = () => container.GetRequiredService<IStartupValidator>().Validate();

        act.Should().NotThrow();
    }

    [Fact]
    public void Start_fails_without_providers()
    {
        _services.AddLlmRouter();

        Validating().Should().Throw<OptionsValidationException>()
            .WithMessage("The router has no provider. Add one in the configuration (Providers) or in code, as in *AddMock*");
    }

    [Fact]
    public void Start_names_the_section_that_is_missing()
    {
        _services.AddLlmRouter(new ConfigurationBuilder().Build().GetSection("Lmm"));

        Validating().Should().Throw<OptionsValidationException>().WithMessage("*The configuration section Lmm is missing or empty.");
    }

    [Fact]
    public void Start_names_the_section_without_providers()
    {
        _services.AddLlmRouter(Settings.Section("""{ "Strategy": "random", "Providers": [] }"""));

        Validating().Should().Throw<OptionsValidationException>().WithMessage("*The configuration has none under Llm:Providers.");
    }

    [Fact]
    public void Start_tells_the_root_from_a_section()
    {
        _services.AddLlmRouter(Settings.Root($$"""{ "Llm": { {{Settings.OneMock}} } }"""));

        Validating().Should().Throw<OptionsValidationException>().WithMessage("*the root of the configuration*GetSection(\"Llm\").");
    }

    [Fact]
    public void Start_makes_the_providers()
    {
        _services.AddLlmRouter().AddProvider(_ => throw new InvalidOperationException("no key file"));

        Validating().Should().Throw<InvalidOperationException>().WithMessage("no key file");
    }

    [Fact]
    public async Task A_host_does_not_start_with_bad_settings()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["Llm:Strategy"] = "fastest";
        builder.Services.AddLlmRouter(builder.Configuration.GetSection("Llm"));
        using var host = builder.Build();

        var act = () => host.StartAsync();

        (await act.Should().ThrowAsync<OptionsValidationException>()).WithMessage("Llm:Strategy must be round-robin, *");
    }

    private void Start_passes(Action<IServiceCollection> add)
    {
        add(_services);
        _services.AddLlmRouter();

        Validating().Should().NotThrow();
    }

    private Action Validating() => () =>
    {
        using var container = _services.BuildServiceProvider();
        container.GetRequiredService<IStartupValidator>().Validate();
    };
}
