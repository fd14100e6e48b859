using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.DependencyInjection;

public class AddLlmRouterTests
{
    private readonly ServiceCollection _services = [];

    [Fact]
    public void Router_and_chat_client_are_the_same_singleton()
    {
        _services.AddLlmRouter().AddMock("a");
        using var container = _services.BuildServiceProvider();
        using var scope = container.CreateScope();

        var router = container.GetRequiredService<Router>();

        container.GetRequiredService<IChatClient>().Should().BeSameAs(router);
        scope.ServiceProvider.GetRequiredService<Router>().Should().BeSameAs(router);
    }

    [Fact]
    public void Keeps_a_chat_client_that_was_registered_before()
    {
        using var own = new FakeClient();
        _services.AddSingleton<IChatClient>(own);
        _services.AddLlmRouter().AddMock("a");
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<IChatClient>().Should().BeSameAs(own);
        container.GetRequiredService<Router>().Providers.Should().ContainSingle();
    }

    [Fact]
    public void Needs_nothing_but_the_services()
    {
        _services.AddLlmRouter();
        using var container = _services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        container.GetRequiredService<Router>().Providers.Should().BeEmpty();
    }

    [Fact]
    public void Takes_logger_factory_and_time_from_the_container()
    {
        var asked = new List<string>();
        _services.AddSingleton<ILoggerFactory>(_ =>
        {
            asked.Add("logger");
            return NullLoggerFactory.Instance;
        });
        _services.AddSingleton(_ =>
        {
            asked.Add("time");
            return TimeProvider.System;
        });
        _services.AddLlmRouter();
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<Router>();

        asked.Should().BeEquivalentTo("logger", "time");
    }

    [Fact]
    public void Code_runs_after_the_section_and_wins()
    {
        var options = Settings.Options(
            """{ "Strategy": "random", "MaxAttempts": 3 }""", o => o.Strategy = RoutingStrategy.BestAvailable);

        options.Strategy.Should().Be(RoutingStrategy.BestAvailable);
        options.MaxAttempts.Should().Be(3);
    }

    [Fact]
    public void Providers_of_the_section_come_before_those_of_the_builder()
    {
        _services.AddLlmRouter(Settings.Section($$"""{ {{Settings.OneMock}} }""")).AddMock("b").AddProvider(new SyncProvider("c"));
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<Router>().Providers.Select(p => p.Name).Should().Equal("a", "b", "c");
    }

    [Fact]
    public void A_second_call_adds_to_the_same_router()
    {
        _services.AddLlmRouter(o => o.MaxAttempts = 2).AddMock("a");
        _services.AddLlmRouter(o => o.Strategy = RoutingStrategy.Random).AddMock("b");
        using var container = _services.BuildServiceProvider();

        var options = container.GetRequiredService<IOptions<RouterOptions>>().Value;

        container.GetServices<Router>().Should().ContainSingle().Which.Providers.Select(p => p.Name).Should().Equal("a", "b");
        options.MaxAttempts.Should().Be(2);
        options.Strategy.Should().Be(RoutingStrategy.Random);
    }

    [Fact]
    public void The_same_section_twice_is_called_so()
    {
        var section = Settings.Section($$"""{ {{Settings.OneMock}} }""");
        _services.AddLlmRouter(section);
        _services.AddLlmRouter(section);
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<OptionsValidationException>().Which.Failures
            .Should().ContainSingle().Which.Should().Be(
                "Llm:Providers:0: two providers have the same name. The same provider was added twice: is AddLlmRouter called "
                + "twice with this section?");
    }

    [Fact]
    public void Two_providers_of_one_name_are_both_named()
    {
        _services.AddLlmRouter(Settings.Section($$"""{ {{Settings.OneMock}} }""")).AddMock("a");
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<OptionsValidationException>().Which.Failures
            .Should().ContainSingle().Which.Should().Be(
                "Llm:Providers:0 and AddMock(\"a\"): both providers have the same name. Names must differ; rename one.");
    }

    [Fact]
    public void The_root_of_a_configuration_may_hold_other_keys()
    {
        var root = Settings.Root($$"""{ "Logging": { "Level": "x" }, "Strategy": "random", {{Settings.OneMock}} }""");
        _services.AddLlmRouter(root);
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<Router>().Providers.Should().ContainSingle();
        container.GetRequiredService<IOptions<RouterOptions>>().Value.Strategy.Should().Be(RoutingStrategy.Random);
    }

    [Fact]
    public void The_section_is_read_when_the_router_is_built()
    {
        var configuration = new ConfigurationManager();
        _services.AddLlmRouter(configuration.GetSection("Llm"));
        configuration["Llm:MaxAttempts"] = "7";
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<IOptions<RouterOptions>>().Value.MaxAttempts.Should().Be(7);
    }

    [Fact]
    public void Every_observer_of_the_container_is_heard_once()
    {
        var (first, second) = (new Observer(), new Observer());
        _services.AddSingleton<IUsageObserver>(first);
        _services.AddLlmRouter(o => o.Observers.Add(first)).AddObserver(second).AddObserver<Observer>().AddObserver(_ => new Observer());
        using var container = _services.BuildServiceProvider();

        var observers = container.GetRequiredService<IOptions<RouterOptions>>().Value.Observers;

        observers.Should().HaveCount(4).And.OnlyHaveUniqueItems();
        observers.Take(2).Should().Equal(first, second);
    }

    [Fact]
    public void Null_arguments_are_refused()
    {
        var builder = _services.AddLlmRouter();
        Action[] acts =
        [
            () => LlmRouterServiceCollectionExtensions.AddLlmRouter(null!),
            () => _services.AddLlmRouter((IConfiguration)null!),
            () => builder.AddMock(null!),
            () => builder.AddMock(" "),
            () => builder.AddProvider((ILlmProvider)null!),
            () => builder.AddProvider((Func<IServiceProvider, ILlmProvider>)null!),
            () => builder.AddChatClient("a", (IChatClient)null!),
            () => builder.AddChatClient("a", (Func<IServiceProvider, IChatClient>)null!),
            () => builder.AddObserver((IUsageObserver)null!),
            () => builder.AddObserver((Func<IServiceProvider, IUsageObserver>)null!),
        ];

        foreach (var act in acts)
            act.Should().Throw<ArgumentException>();
    }

    private sealed class Observer : IUsageObserver
    {
        public void OnAttempt(LlmAttempt attempt)
        {
        }
    }
}
