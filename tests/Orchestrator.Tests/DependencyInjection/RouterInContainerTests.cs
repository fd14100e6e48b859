using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;

namespace Orchestrator.Tests.DependencyInjection;

/// <summary>What the container's router does with a prompt.</summary>
public class RouterInContainerTests
{
    private readonly ServiceCollection _services = [];

    [Fact]
    public async Task Answers_through_a_provider_of_the_section()
    {
        _services.AddLlmRouter(Settings.Section("""{ "Providers": [ { "Name": "a", "Type": "mock", "Reply": "hello there" } ] }"""));
        await using var container = _services.BuildServiceProvider();

        var answer = await container.GetRequiredService<Router>().RouteAsync("hi");

        answer.Text.Should().Be("hello there");
        answer.Provider.Name.Should().Be("a");
    }

    [Fact]
    public async Task Answers_as_a_chat_client_through_a_wrapped_client()
    {
        _services.AddLlmRouter().AddChatClient("wrapped", new FakeClient());
        await using var container = _services.BuildServiceProvider();

        var answer = await container.GetRequiredService<IChatClient>().GetResponseAsync("hi");

        answer.Text.Should().Be("client");
    }

    [Fact]
    public async Task An_alias_of_the_section_selects_its_provider()
    {
        _services.AddLlmRouter(Settings.Section("""
            { "Providers": [ { "Name": "a", "Type": "mock" }, { "Name": "b", "Type": "mock", "Aliases": [ "smart" ] } ] }
            """));
        await using var container = _services.BuildServiceProvider();

        var answer = await container.GetRequiredService<Router>().RouteAsync("hi", new ChatOptions { ModelId = "smart" });

        answer.Provider.Name.Should().Be("b");
    }

    [Fact]
    public async Task A_price_of_the_section_is_charged()
    {
        _services.AddLlmRouter(Settings.Section("""
            { "Providers": [ { "Name": "a", "Type": "mock", "Price": { "PromptPer1K": 1000, "CompletionPer1K": 1000 } } ] }
            """));
        await using var container = _services.BuildServiceProvider();

        var answer = await container.GetRequiredService<Router>().RouteAsync("hi");

        answer.Cost.Should().Be(answer.Usage.TotalTokens).And.BePositive();
    }

    [Fact]
    public async Task Waits_by_the_clock_of_the_container()
    {
        var time = new FakeTimeProvider();
        _services.AddSingleton<TimeProvider>(time);
        _services.AddLlmRouter().AddMock("a", mock: new MockOptions { Delay = TimeSpan.FromSeconds(5) });
        await using var container = _services.BuildServiceProvider();

        var answer = container.GetRequiredService<Router>().RouteAsync("hi");
        answer.IsCompleted.Should().BeFalse();
        time.Advance(TimeSpan.FromSeconds(5));

        (await answer.WaitAsync(TimeSpan.FromSeconds(10))).Text.Should().NotBeEmpty();
    }

    [Fact]
    public async Task An_observer_of_the_container_that_throws_is_logged_by_its_logger()
    {
        _services.AddFakeLogging();
        _services.AddLlmRouter().AddMock("a").AddObserver(new ThrowingObserver());
        await using var container = _services.BuildServiceProvider();

        await container.GetRequiredService<Router>().RouteAsync("hi");

        container.GetRequiredService<FakeLogCollector>().GetSnapshot()
            .Should().Contain(record => record.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task Without_a_provider_the_call_says_so()
    {
        _services.AddLlmRouter();
        await using var container = _services.BuildServiceProvider();

        var act = () => container.GetRequiredService<Router>().RouteAsync("hi");

        (await act.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.NoCandidate);
    }

    [Fact]
    public async Task A_call_after_the_container_is_disposed_is_refused()
    {
        _services.AddLlmRouter().AddMock("a");
        var container = _services.BuildServiceProvider();
        var router = container.GetRequiredService<Router>();
        await container.DisposeAsync();

        var act = () => router.RouteAsync("hi");

        await act.Should().ThrowAsync<ObjectDisposedException>();
    }

    private sealed class ThrowingObserver : IUsageObserver
    {
        public void OnAttempt(LlmAttempt attempt) => throw new InvalidOperationException("an observer's own fault");
    }
}
