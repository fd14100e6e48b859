using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Stress;

/// <summary>The list changes under the calls.</summary>
[Collection(StressCollection.Name)]
public class ReplacementTests
{
    [Fact]
    public async Task A_thousand_calls_in_flight_survive_ten_thousand_replacements_of_the_list()
    {
        const int Replacements = 10_000;
        var release = new TaskCompletionSource();
        var (first, second) = (new GuardedProvider("a", 1, release.Task), new GuardedProvider("b", 1, release.Task));
        var all = new List<GuardedProvider> { first, second };
        await using var router = new Router(RoutingStrategy.RoundRobin).AddProvider(first).AddProvider(second);
        // Some run all the time over providers that are long gone, the others come and go with the list.
        var held = Enumerable.Range(0, 200).Select(i => router.RunAsync(streamed: i % 2 == 0)).ToArray();
        GuardedProvider[] now = [New("a"), New("b")];
        router.ReplaceProviders(now.Select(p => new ProviderRegistration(p)));
        var over = false;
        var callers = Enumerable.Range(0, 800).Select(i => Task.Run(async () =>
        {
            var calls = 0;
            for (; !Volatile.Read(ref over); calls++)
                (await router.RunAsync(streamed: i % 2 == 0)).Text.Should().MatchRegex("^[ab]$");
            return calls;
        })).ToArray();

        var replacing = Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < Replacements; i++)
                {
                    var dice = new Dice(7, i);
                    now = [dice.Percent(30) ? now[0] : New("a"), dice.Percent(30) ? now[1] : New("b")];
                    router.ReplaceProviders(now.Select(p => new ProviderRegistration(p)));
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await replacing.WaitAsync(Race.Limit);
        Volatile.Write(ref over, true);
        (await Task.WhenAll(callers).WaitAsync(Race.Limit)).Sum().Should().BeGreaterThanOrEqualTo(800);
        (first.Disposals, second.Disposals, first.Calls, second.Calls, first.Faults, second.Faults)
            .Should().Be((0, 0, 100, 100, 0, 0), "calls still run on them");
        release.SetResult();
        (await Task.WhenAll(held).WaitAsync(Race.Limit)).Should().HaveCount(200);

        router.GetMetrics().Values.Should().OnlyContain(m => m.InFlight == 0 && m.FailedRequests == 0);
        router.GetMetrics().Values.Sum(m => m.SuccessfulRequests).Should().Be(all.Sum(p => (long)p.Calls));
        await router.DisposeAsync();
        all.Should().OnlyContain(p => p.Disposals == 1 && p.Faults == 0);

        GuardedProvider New(string name)
        {
            var provider = new GuardedProvider(name, 1);
            all.Add(provider);
            return provider;
        }
    }

    [Theory]
    [BothModes]
    public async Task A_call_whose_second_choice_is_replaced_while_the_first_fails_asks_the_replacement(bool streamed)
    {
        Router router = null!;
        var fails = new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([new(FakeProvider.Answering("a", "asked twice")), new(FakeProvider.Answering("b", "the new b"))]);
            return Some.Failure(new LlmException(LlmErrorKind.ServerError, "down"));
        });
        router = InOrder(null, fails, FakeProvider.Answering("b", "the old b"));
        await using (router)
        {
            var (text, route) = await router.RunAsync(streamed);
            text.Should().Be("the new b");
            route.Attempts.Select(a => (a.Provider.Name, a.Role)).Should().Equal(("a", AttemptRole.First), ("b", AttemptRole.Failover));
        }
    }

    [Theory]
    [BothModes]
    public async Task A_call_whose_other_choices_are_removed_while_the_first_fails_reports_that_failure(bool streamed)
    {
        Router router = null!;
        var fails = new FakeProvider("a", (_, _) =>
        {
            router.ReplaceProviders([]);
            return Some.Failure(new LlmException(LlmErrorKind.ServerError, "down"));
        });
        router = InOrder(null, fails, FakeProvider.Answering("b", "gone"));
        await using (router)
        {
            var error = await router.FailAsync<AllProvidersFailedException>(streamed);
            error.Kind.Should().Be(LlmErrorKind.ServerError);
            error.Attempts.Should().ContainSingle();
        }
    }
}
