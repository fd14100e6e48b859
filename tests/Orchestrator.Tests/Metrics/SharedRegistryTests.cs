using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using Prometheus;

namespace Orchestrator.Tests.Metrics;

/// <summary>Several routers show their metrics in one registry: none touches what another shows.</summary>
public sealed class SharedRegistryTests
{
    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();

    [Theory]
    [InlineData("a", true)]
    [InlineData("a", false)]
    [InlineData("b", true)]
    [InlineData("b", false)]
    public async Task The_gauges_of_the_router_that_stays_stay(string other, bool oldGoesFirst)
    {
        var (older, newer) = (NewRouter("a"), NewRouter(other));
        await ReadAsync();
        await (oldGoesFirst ? older : newer).DisposeAsync();
        var (stays, name) = oldGoesFirst ? (newer, other) : (older, "a");
        for (var i = 0; i < 2; i++)
        {
            var page = await ReadAsync();
            page[$"llm_provider_health{{provider=\"{name}\"}}"].Should().Be(1);
            page.Text.Should().Contain($"llm_in_flight_requests{{provider=\"{name}\"}} 0")
                .And.Contain($"llm_queued_requests{{provider=\"{name}\"}} 0");
            if (other != "a")
                page.Text.Should().NotContain($"llm_provider_health{{provider=\"{(name == "a" ? other : "a")}\"}}");
        }

        await stays.DisposeAsync();
        (await ReadAsync()).Text.Should().NotContain("llm_provider_health{");
        await using var third = NewRouter("a");
        (await ReadAsync())["llm_provider_health{provider=\"a\"}"].Should().Be(1);
    }

    [Theory]
    [BothModes]
    public async Task What_two_routers_do_under_one_name_is_added_and_the_worse_health_is_shown(bool streamed)
    {
        var gate = new TaskCompletionSource();
        await using var one = NewRouter(Waiting("a", gate.Task));
        await using var two = NewRouter(Waiting("a", gate.Task), FakeProvider.Failing("b", LlmErrorKind.ServerError));
        await using var three = NewRouter("b");
        var calls = new[] { one, two, two }.Select(r => r.AskAsync(streamed, new ChatOptions { ModelId = "a" })).ToList();
        for (var i = 0; i < 3; i++)
            await two.FailAsync<LlmException>(streamed, new ChatOptions { ModelId = "b" });
        var page = await ReadAsync();
        (page["llm_in_flight_requests{provider=\"a\"}"], page["llm_provider_health{provider=\"b\"}"]).Should().Be((3, 0));
        gate.SetResult();
        await Task.WhenAll(calls);
        (await ReadAsync())["llm_in_flight_requests{provider=\"a\"}"].Should().Be(0);
        await two.DisposeAsync();
        (await ReadAsync())["llm_provider_health{provider=\"b\"}"].Should().Be(1);
    }

    [Fact]
    public async Task Counters_and_histograms_of_routers_that_come_and_go_add_up()
    {
        var expected = 0;
        Router? last = null;
        for (var i = 0; i < 4; i++)
        {
            var router = NewRouter("a");
            for (var k = 0; k <= i; k++, expected++)
                await router.RouteAsync("hello");
            if (last is not null)
                await last.RouteAsync("hello");
            expected += last is null ? 0 : 1;
            if (i % 2 == 0)
                await ReadAsync();
            if (last is not null)
                await last.DisposeAsync();
            last = router;
            var page = await ReadAsync();
            page[Success].Should().Be(expected);
            page["llm_request_latency_seconds_count{provider=\"a\",model=\"a-model\"}"].Should().Be(expected);
            page["llm_calls_total{outcome=\"success\"}"].Should().Be(expected);
            page["llm_call_duration_seconds_count"].Should().Be(expected);
        }

        await last!.DisposeAsync();
        (await ReadAsync())[Success].Should().Be(expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_name_that_left_one_router_loses_nothing_of_what_another_counts(bool otherIsDisposed)
    {
        var other = NewRouter("a");
        await other.RouteAsync("hello");
        await ReadAsync();
        if (otherIsDisposed)
            await other.DisposeAsync();
        await using var router = NewRouter("a");
        await router.RouteAsync("hello");
        router.RemoveProvider("a");
        for (var i = 0; i < 300; i++)
        {
            router.AddProvider(FakeProvider.Answering($"name-{i}", "ok"));
            await router.RouteAsync("hello");
            router.RemoveProvider($"name-{i}");
            if (i % 100 == 0)
                await ReadAsync();
        }

        for (var i = 0; i < 4; i++)
        {
            var page = await ReadAsync();
            (page[Success], page["llm_request_latency_seconds_count{provider=\"a\",model=\"a-model\"}"]).Should().Be((2, 2));
        }

        router.AddProvider(FakeProvider.Answering("a", "ok"));
        await router.RouteAsync("hello");
        (await ReadAsync())[Success].Should().Be(3);
        await other.DisposeAsync();
    }

    [Fact]
    public async Task A_scrape_while_routers_are_disposed_never_sees_the_living_one_without_its_gauges()
    {
        await using var living = NewRouter("a");
        await ReadAsync();
        var stop = false;
        var scrapes = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
                (await ReadAsync())["llm_provider_health{provider=\"a\"}"].Should().Be(1);
        });
        for (var i = 0; i < 50; i++)
        {
            var passing = NewRouter("a");
            await passing.RouteAsync("hello");
            await passing.DisposeAsync();
        }

        Volatile.Write(ref stop, true);
        await scrapes;
        (await ReadAsync())[Success].Should().Be(50);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_registry_keeps_no_router_alive(bool disposed)
    {
        var weak = await DropAsync(disposed);
        for (var i = 0; i < 20 && weak.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(10);
        }

        weak.IsAlive.Should().BeFalse();
        (await ReadAsync()).Text.Should().NotContain("llm_provider_health{").And.Contain("llm_requests_total{");
    }

    [Fact]
    public void A_metric_of_another_kind_under_one_of_the_names_is_said_clearly()
    {
        Prometheus.Metrics.WithCustomRegistry(_registry).CreateGauge("llm_requests_total", "another program's", "x");
        new Router().Invoking(r => r.ExportTo(_registry))
            .Should().Throw<InvalidOperationException>().WithMessage("*ExportTo*llm_*");
    }

    private const string Success = "llm_requests_total{provider=\"a\",model=\"a-model\",status=\"success\"}";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> DropAsync(bool disposed)
    {
        var router = NewRouter("a");
        await router.RouteAsync("hello");
        await ReadAsync();
        if (disposed)
            await router.DisposeAsync();
        return new WeakReference(router);
    }

    private Task<Exposition> ReadAsync() => Exposition.ReadAsync(_registry);

    private Router NewRouter(string name) => NewRouter(FakeProvider.Answering(name, "ok"));

    private Router NewRouter(params ILlmProvider[] providers) =>
        Support.ChatSurface.InOrder(new RouterOptions(), providers).ExportingTo(_registry);

    private static FakeProvider Waiting(string name, Task gate) => new(name, (_, _) => After(gate));

    private static async IAsyncEnumerable<ChatResponseUpdate> After(Task gate)
    {
        await gate;
        yield return Some.Word("ok");
        yield return Some.Finish();
    }
}
