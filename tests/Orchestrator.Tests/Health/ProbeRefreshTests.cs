using Microsoft.Extensions.Logging.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Health;

/// <summary>
/// When a provider is asked again: after an answer, after none, and after one that came late. Every running probe has a timer.
/// </summary>
public sealed class ProbeRefreshTests : IDisposable
{
    private readonly VirtualClock _time = new();
    private readonly ProbeCache _cache;

    public ProbeRefreshTests() => _cache = Probes.NewCache(_time, new FakeLogger());

    public void Dispose() => _cache.Dispose();

    [Fact]
    public async Task The_last_answer_is_there_without_asking_and_yes_before_the_first()
    {
        var provider = new ProbedProvider();
        _cache.Last(provider).Should().BeTrue("no probe has been made");
        var answer = Ask(provider);
        _cache.Last(provider).Should().BeTrue("nothing was answered yet");
        await provider.Asked(1);
        provider.Answer(false);
        await answer;
        _cache.Last(provider).Should().BeFalse();
        _time.Advance(TimeSpan.FromMinutes(5));
        _cache.Last(provider).Should().BeFalse();
        provider.Probes.Should().Be(1, "looking does not ask");
    }

    [Fact]
    public async Task A_probe_that_does_not_end_is_the_only_one_and_its_late_answer_lets_others_be_asked_again()
    {
        var provider = new ProbedProvider { IgnoresToken = true };
        var answer = Ask(provider);
        await provider.Asked(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        (await answer).Should().BeTrue();

        _time.Advance(TimeSpan.FromMinutes(5));
        (await Ask(provider)).Should().BeTrue();
        _time.Waiting.Should().Be(0, "no second probe was begun");

        provider.Answer(false);
        await UntilAsync(() => !_cache.Last(provider));
        _time.Advance(TimeSpan.FromSeconds(30));
        (await Ask(provider)).Should().BeFalse();
        await provider.Asked(2);
    }

    [Fact]
    public async Task A_probe_that_heeded_its_token_after_the_limit_is_followed_by_another()
    {
        var provider = new ProbedProvider();
        var answer = Ask(provider);
        await provider.Asked(1);
        _time.Advance(TimeSpan.FromSeconds(2));
        (await answer).Should().BeTrue();

        _time.Advance(TimeSpan.FromSeconds(30));
        await UntilAsync(() => Ask(provider).IsCompleted && provider.Probes == 2);
    }

    [Fact]
    public async Task A_probe_that_has_answered_is_not_cancelled()
    {
        CancellationToken token = default;
        var provider = new ProbedProvider { Asking = asked => token = asked };
        var answer = Ask(provider);
        await provider.Asked(1);
        provider.Answer(true);
        (await answer).Should().BeTrue();
        await UntilAsync(() => IsDisposed(token));
        token.IsCancellationRequested.Should().BeFalse();
    }

    [Fact]
    public async Task A_call_that_runs_without_its_context_may_be_the_one_to_ask()
    {
        var provider = new ProbedProvider();
        Task<bool> answer;
        using (ExecutionContext.SuppressFlow())
            answer = Ask(provider);
        await provider.Asked(1);
        provider.Answer(false);
        (await answer).Should().BeFalse();
        await UntilAsync(() => _time.Waiting == 0);
        provider.Probes.Should().Be(1);
    }

    [Fact]
    public async Task An_answer_between_a_look_and_its_question_makes_that_question_needless_and_not_the_next()
    {
        var provider = new ProbedProvider();
        var first = Ask(provider);
        await provider.Asked(1);
        provider.Answer(true);
        await first;
        _time.Advance(TimeSpan.FromSeconds(30));
        // While one call looks whether the answer is stale, another asks and is answered.
        _time.OnLook = () =>
        {
            Ask(provider).IsCompleted.Should().BeTrue();
            provider.Asked(2).Wait(TimeSpan.FromSeconds(20)).Should().BeTrue();
            provider.Answer(false);
            SpinWait.SpinUntil(() => !_cache.Last(provider) && _time.Waiting == 0, TimeSpan.FromSeconds(20)).Should().BeTrue();
        };
        (await Ask(provider)).Should().BeFalse();
        _time.Waiting.Should().Be(0, "it did not ask");
        _time.OnLook.Should().BeNull("it looked");

        _time.Advance(TimeSpan.FromSeconds(30));
        await Ask(provider);
        await provider.Asked(3);
    }

    private Task<bool> Ask(ProbedProvider provider) => _cache.GetAsync(provider, _time.GetTimestamp(), default).AsTask();

    private static bool IsDisposed(CancellationToken token)
    {
        try
        {
            return token.WaitHandle is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
