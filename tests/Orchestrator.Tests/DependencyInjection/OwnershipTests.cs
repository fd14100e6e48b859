using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.DependencyInjection;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.DependencyInjection;

public sealed class OwnershipTests : IDisposable
{
    private readonly ServiceCollection _services = [];
    private readonly SyncProvider _provider = new("a");

    public void Dispose() => _provider.Dispose();

    [Fact]
    public void An_instance_is_left_to_the_code_that_made_it()
    {
        _services.AddLlmRouter().AddProvider(_provider);

        BuildAndDispose();

        _provider.Disposals.Should().Be(0);
    }

    [Fact]
    public void An_instance_can_be_handed_over()
    {
        _services.AddLlmRouter().AddProvider(_provider, leaveOpen: false);

        BuildAndDispose();

        IsDisposedOnce(() => _provider.Disposals);
    }

    [Fact]
    public void What_a_factory_makes_is_disposed_once_with_the_container()
    {
        var made = 0;
        _services.AddLlmRouter().AddProvider(_ =>
        {
            made++;
            return _provider;
        });

        BuildAndDispose();

        made.Should().Be(1);
        IsDisposedOnce(() => _provider.Disposals);
    }

    [Fact]
    public async Task The_container_may_be_disposed_asynchronously_and_twice()
    {
        _services.AddLlmRouter().AddProvider(_ => _provider);
        var container = _services.BuildServiceProvider();
        var router = container.GetRequiredService<Router>();
        container.GetRequiredService<IChatClient>();

        await container.DisposeAsync();
        await container.DisposeAsync();
        await router.DisposeAsync();

        IsDisposedOnce(() => _provider.Disposals);
    }

    [Fact]
    public void A_provider_that_is_a_service_is_made_and_disposed_by_the_container()
    {
        _services.AddLlmRouter().AddProvider<SyncProvider>();
        SyncProvider made;
        using (var container = _services.BuildServiceProvider())
        {
            container.GetRequiredService<Router>().Providers.Should().ContainSingle().Which.Name.Should().Be("made");
            made = container.GetRequiredService<SyncProvider>();
        }

        made.Disposals.Should().Be(1);
    }

    [Fact]
    public void A_provider_that_is_registered_already_is_used_as_it_is()
    {
        _services.AddSingleton(_provider);
        _services.AddLlmRouter().AddProvider<SyncProvider>();
        using var container = _services.BuildServiceProvider();

        container.GetRequiredService<Router>().Providers.Should().ContainSingle().Which.Name.Should().Be("a");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_chat_client_is_left_open_only_when_it_was_an_instance(bool instance)
    {
        var client = new FakeClient();
        var builder = _services.AddLlmRouter();
        _ = instance ? builder.AddChatClient("a", client) : builder.AddChatClient("a", _ => client);

        BuildAndDispose();

        if (instance)
            client.Disposals.Should().Be(0);
        else
            IsDisposedOnce(() => client.Disposals);
    }

    [Fact]
    public void Providers_made_before_a_failure_are_disposed()
    {
        _services.AddLlmRouter().AddProvider(_ => _provider).AddProvider(_ => throw new InvalidOperationException("no network"));
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<InvalidOperationException>().WithMessage("no network");
        IsDisposedOnce(() => _provider.Disposals);
    }

    [Fact]
    public void A_second_provider_of_one_name_is_disposed()
    {
        var second = new SyncProvider("a");
        _services.AddLlmRouter().AddProvider(_ => _provider).AddProvider(_ => second);
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<OptionsValidationException>();
        second.Disposals.Should().Be(1);
    }

    [Fact]
    public void A_factory_that_returns_null_is_named()
    {
        _services.AddLlmRouter().AddProvider(_ => null!);
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<InvalidOperationException>().WithMessage("AddProvider(factory) must make a provider, but returned null.");
    }

    [Fact]
    public void A_provider_that_asks_for_the_router_is_refused()
    {
        _services.AddLlmRouter().AddChatClient("a", services => services.GetRequiredService<IChatClient>());
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<InvalidOperationException>().WithMessage("Something the Router is built from*IChatClient, which is the Router*");
    }

    [Fact]
    public void An_observer_that_asks_for_the_router_is_refused()
    {
        _services.AddLlmRouter().AddMock("a").AddObserver<RouterObserver>();
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<InvalidOperationException>().WithMessage("Something the Router is built from*");
    }

    [Fact]
    public void A_provider_that_refuses_its_settings_is_named_by_its_key()
    {
        static ILlmProvider Refuse(IServiceProvider services) => throw new ArgumentException("unknown model \"x\"");
        _services.AddLlmRouter();
        foreach (var origin in new[] { "Llm:Providers:0", "Llm:Providers:1" })
            _services.AddSingleton<IProviderSource>(new ProviderEntry(origin, Refuse, null, LeaveOpen: false) { FromSettings = true });
        using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<OptionsValidationException>().Which.Failures.Should().Equal(
            "Llm:Providers:0: unknown model \"x\"", "Llm:Providers:1: unknown model \"x\"");
    }

    [Fact]
    public void A_failed_build_can_be_tried_again()
    {
        var calls = 0;
        _services.AddLlmRouter().AddProvider(_ => calls++ == 0 ? throw new InvalidOperationException() : _provider);
        using var container = _services.BuildServiceProvider();
        var act = () => container.GetRequiredService<Router>();

        act.Should().Throw<InvalidOperationException>();

        act().Providers.Should().ContainSingle();
    }

    private void BuildAndDispose()
    {
        using var container = _services.BuildServiceProvider();
        container.GetRequiredService<Router>();
        container.GetRequiredService<IChatClient>();
    }

    /// <summary>What is disposed with the router is disposed in the background.</summary>
    private static void IsDisposedOnce(Func<int> disposals)
    {
        SpinWait.SpinUntil(() => disposals() > 0, TimeSpan.FromSeconds(10));
        disposals().Should().Be(1);
    }

    private sealed class RouterObserver(Router router) : IUsageObserver
    {
        public void OnAttempt(LlmAttempt attempt) => _ = router.Providers;
    }
}
