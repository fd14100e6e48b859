using System.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Health;

public sealed class ProbeCacheTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeLogger _logger = new();
    private readonly ProbeCache _cache;

    public ProbeCacheTests() => _cache = Probes.NewCache(_time, _logger);

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData("mock-normal", true)]
    [InlineData("mock-unhealthy", false)]
    public async Task The_first_question_waits_for_the_probe(string model, bool expected) =>
        (await Ask(new MockProvider("p", model))).Should().Be(expected);

    [Fact]
    public void A_provider_without_a_probe_is_there_at_once() =>
        AtOnce(new ChatClientProvider("p", NSubstitute.Substitute.For<IChatClient>())).Should().BeTrue();

    [Fact]
    public async Task Concurrent_first_questions_share_one_probe()
    {
        var provider = new ProbedProvider();
        var answers = Enumerable.Range(0, 20).Select(_ => Ask(provider)).ToList();

        await provider.Asked(1);
        answers.Should().OnlyContain(answer => !answer.IsCompleted);
        provider.Answer(false);

        (await Task.WhenAll(answers)).Should().OnlyContain(reachable => !reachable);
        provider.Probes.Should().Be(1);
    }

    [Fact]
    public async Task No_answer_within_2_s_counts_as_available_even_if_the_probe_ignores_its_token()
    {
        var provider = new ProbedProvider { IgnoresToken = true };
        var answer = Ask(provider);
        await provider.Asked(1);

        _time.Advance(TimeSpan.FromSeconds(1.9));
        answer.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.1));

        (await answer).Should().BeTrue();
    }

    [Fact]
    public async Task A_probe_that_heeds_its_token_after_the_limit_stays_available()
    {
        var provider = new ProbedProvider();
        var answer = Ask(provider);
        await provider.Asked(1);

        _time.Advance(TimeSpan.FromSeconds(2));

        (await answer).Should().BeTrue();
        await Eventually(() => provider.Cancelled == 1);
        (await Ask(provider)).Should().BeTrue("a cancelled probe has not said no");
    }

    [Fact]
    public async Task A_late_answer_still_counts_and_deaf_probes_do_not_pile_up()
    {
        var provider = new ProbedProvider { IgnoresToken = true };
        var answer = Ask(provider);
        await provider.Asked(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        await answer;

        _time.Advance(TimeSpan.FromMinutes(5));
        (await Ask(provider)).Should().BeTrue();
        provider.Probes.Should().Be(1);
        provider.Answer(false);

        await Eventually(() => AtOnce(provider) == false);
    }

    [Fact]
    public async Task A_probe_that_throws_counts_as_no()
    {
        var provider = new ProbedProvider();
        var answer = Ask(provider);
        await provider.Asked(1);
        provider.Fail(new InvalidOperationException());

        (await answer).Should().BeFalse();
    }

    [Fact]
    public async Task A_probe_that_blocks_before_it_awaits_does_not_block_the_caller()
    {
        using var gate = new ManualResetEventSlim();
        var provider = new ProbedProvider { Before = () => gate.Wait() };

        var answer = Ask(provider);
        _time.Advance(TimeSpan.FromSeconds(2));

        (await answer).Should().BeTrue();
        gate.Set();
    }

    [Fact]
    public async Task A_fresh_answer_is_given_synchronously_and_allocates_nothing()
    {
        var provider = new MockProvider("p", "mock-unhealthy");
        await Ask(provider);
        _time.Advance(TimeSpan.FromSeconds(29.9));
        var now = _time.GetTimestamp();
        AtOnce(_cache.GetAsync(provider, now, default)).Should().BeFalse();

        var before = GC.GetAllocatedBytesForCurrentThread();
        var allSynchronous = true;
        for (var i = 0; i < 1000; i++)
            allSynchronous &= AtOnce(_cache.GetAsync(provider, now, default)) == false;

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        allSynchronous.Should().BeTrue();
    }

    [Fact]
    public async Task A_stale_answer_is_given_at_once_while_one_refresh_runs()
    {
        var provider = new ProbedProvider();
        var first = Ask(provider);
        await provider.Asked(1);
        provider.Answer(true);
        (await first).Should().BeTrue();

        _time.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 10; i++)
            AtOnce(provider).Should().BeTrue();
        await provider.Asked(2);
        provider.Answer(false);

        await Eventually(() => AtOnce(provider) == false);
        provider.Probes.Should().Be(2);
    }

    [Fact]
    public async Task The_callers_cancellation_ends_its_wait_and_not_the_probe()
    {
        var provider = new ProbedProvider();
        using var cancel = new CancellationTokenSource();
        var impatient = _cache.GetAsync(provider, _time.GetTimestamp(), cancel.Token).AsTask();
        var patient = Ask(provider);
        await provider.Asked(1);

        await cancel.CancelAsync();
        (await impatient.Awaiting(t => t).Should().ThrowAsync<OperationCanceledException>())
            .Which.CancellationToken.Should().Be(cancel.Token);
        provider.Answer(false);

        (await patient).Should().BeFalse();
        provider.Cancelled.Should().Be(0);
    }

    [Fact]
    public async Task Removing_a_provider_cancels_its_probe_and_forgets_its_answer()
    {
        var provider = new ProbedProvider();
        var answer = Ask(provider);
        await provider.Asked(1);

        _cache.Remove(provider);

        (await answer).Should().BeTrue();
        await Eventually(() => provider.Cancelled == 1);
        _ = Ask(provider);
        await provider.Asked(2);
    }

    [Fact]
    public async Task Disposing_cancels_what_runs_and_answers_available_from_then_on()
    {
        var (heeding, deaf) = (new ProbedProvider(), new ProbedProvider { IgnoresToken = true });
        var answers = new[] { Ask(heeding), Ask(deaf) };
        await heeding.Asked(1);
        await deaf.Asked(1);

        _cache.Dispose();
        _cache.Dispose();

        (await Task.WhenAll(answers)).Should().OnlyContain(reachable => reachable);
        await Eventually(() => heeding.Cancelled == 1);
        AtOnce(new MockProvider("p", "mock-unhealthy")).Should().BeTrue();
        _logger.Collector.GetSnapshot().Should().BeEmpty();
    }

    [Fact]
    public async Task Each_change_is_logged_once()
    {
        var later = _time.GetTimestamp();
        var provider = new ProbedProvider();
        foreach (var (reachable, probes, changes) in new[]
        {
            (true, 1, 0), (false, 2, 1), (false, 3, 1), (true, 4, 2), (true, 5, 2), (false, 6, 3)
        })
        {
            // Asked until it asks: an answer like the one before shows nowhere when it is there.
            await Eventually(() =>
            {
                _ = _cache.GetAsync(provider, later += 31 * _time.TimestampFrequency, default).AsTask();
                return provider.Asked(probes).IsCompleted;
            });
            provider.Answer(reachable);
            await Eventually(() => _logger.Collector.Count >= changes);
        }

        _logger.Collector.GetSnapshot().Select(r => r.Id.Id).Should().Equal(120, 121, 120);
    }

    [Fact]
    public async Task The_probe_runs_without_the_callers_trace()
    {
        using var activity = new Activity("caller").Start();
        Activity? seen = activity;
        var provider = new ProbedProvider { Before = () => seen = Activity.Current };

        _ = Ask(provider);
        await provider.Asked(1);

        seen.Should().BeNull();
        Activity.Current.Should().BeSameAs(activity);
    }

    private Task<bool> Ask(ILlmProvider provider) => _cache.GetAsync(provider, _time.GetTimestamp(), default).AsTask();

    private bool? AtOnce(ILlmProvider provider) => AtOnce(_cache.GetAsync(provider, _time.GetTimestamp(), default));

    private static bool? AtOnce(ValueTask<bool> answer) => answer.IsCompletedSuccessfully ? answer.Result : null;

    private static async Task Eventually(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
