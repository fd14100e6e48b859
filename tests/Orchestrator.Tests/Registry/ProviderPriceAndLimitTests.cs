using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Testing;
using Orchestrator.Tests.Health;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Registry;

/// <summary>What is resolved once when a provider is added: its price and its limits; its probe, which goes with it;
/// and that a router that is gone takes none.</summary>
public class ProviderPriceAndLimitTests
{
    private static readonly ModelPrice Own = new(1000m);
    private readonly FakeLogCollector _told = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_price_of_the_provider_s_own_goes_before_the_table_s(bool own)
    {
        await using var router =
            new Router(new RouterOptions { Prices = PricingTable.Empty().With("mock", "a-model", new ModelPrice(1m)) });
        router.AddProvider(FakeProvider.Answering("a", "ok"), new ProviderOptions { Price = own ? Own : null });
        (await router.RouteAsync("hello")).Attempts.Single().Cost.Should().Be(own ? 4m : 0.004m, "3 prompt tokens and one more were used");
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(1000, 0)]
    public async Task A_price_of_version_0_7_0_is_warned_of_once_a_model_unless_the_provider_has_its_own(int? own, int expected)
    {
        await using var router = new Router(new RouterOptions { Prices = PricingTable.Default }, new Logs(_told));
        foreach (var name in new[] { "a", "b" })
            router.AddProvider(Old(name), new ProviderOptions { Price = own is { } price ? new ModelPrice(price) : null });
        _told.GetSnapshot().Count(record => record.Id.Name == "llm_price_outdated").Should().Be(expected);
    }

    [Fact]
    public async Task A_model_without_a_price_or_with_today_s_is_added_without_a_word()
    {
        await using var router = new Router(new RouterOptions { Prices = PricingTable.Current }, new Logs(_told));
        router.AddProvider(Old("a")).AddProvider(FakeProvider.Answering("b", "ok"));
        _told.GetSnapshot().Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task Limits_of_the_provider_s_own_go_before_the_router_s(bool streamed)
    {
        var clock = new VirtualClock();
        await using var router = new Router(
            new RouterOptions { Retry = RetryOptions.None, Timeouts = new() { Attempt = TimeSpan.FromSeconds(9) } }, timeProvider: clock);
        router.AddProvider(FakeProvider.Silent("a"), new ProviderOptions { Timeouts = new() { Attempt = TimeSpan.FromSeconds(2) } });
        var call = router.FailAsync<AllProvidersFailedException>(streamed);
        await UntilAsync(() => clock.Waiting > 0);
        clock.Advance(TimeSpan.FromSeconds(2));
        // The clock stands still from here: a second more, the provider's grace, would not pass.
        var error = await call.WaitAsync(TimeSpan.FromSeconds(20));
        (error.Kind, clock.Elapsed).Should().Be((LlmErrorKind.Timeout, TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_router_that_is_disposed_while_a_provider_is_added_takes_it_no_more(bool replaced)
    {
        var router = new Router();
        Task? disposal = null;
        // The router is disposed while the provider says which it is.
        var late = new Wrapped(FakeProvider.Answering("late", "ok"), () =>
        {
            disposal ??= router.DisposeAsync().AsTask();
            return new ProviderInfo("late", "mock", "m");
        });
        var add = () =>
        {
            if (replaced)
                router.ReplaceProviders([new(late)]);
            else
                router.AddProvider(late);
        };
        add.Should().Throw<ObjectDisposedException>();
        await disposal!;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_provider_that_leaves_is_probed_no_more_and_one_that_stays_keeps_its_answer(bool stays)
    {
        var provider = new ProbedProvider();
        await using var router = InOrder(null, new VirtualClock(), null, provider, FakeProvider.Answering("b", "ok"));
        var call = router.AskAsync(streamed: false, new ChatOptions { ModelId = "b" });
        var first = router.AskAsync(streamed: false);
        await provider.Asked(1);
        if (stays)
            router.ReplaceProviders([new(provider), new(FakeProvider.Answering("c", "ok"))]);
        else
            router.RemoveProvider("probed");
        if (stays)
            provider.Answer(false);
        (await first.WaitAsync(TimeSpan.FromSeconds(10))).Should().Be("ok");
        (await call).Should().Be("ok");
        await UntilAsync(() => provider.Cancelled == (stays ? 0 : 1));
        if (!stays)
            return;
        (await router.AskAsync(streamed: false).WaitAsync(TimeSpan.FromSeconds(10))).Should().Be("ok");
        (provider.Probes, provider.Cancelled).Should().Be((1, 0));
    }

    private static FakeProvider Old(string name) => new(name, (_, _) => Some.Answer("ok")) { Info = new(name, "gigachat", "GigaChat") };
}
