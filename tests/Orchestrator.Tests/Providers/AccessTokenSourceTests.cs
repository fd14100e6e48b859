using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Providers;

/// <summary>Fetching, keeping and dropping access tokens, by a clock that the test turns.</summary>
public sealed class AccessTokenSourceTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 9, 1, 12, 0, 0, TimeSpan.Zero));
    private int _fetches;

    [Fact]
    public async Task A_token_is_kept_until_its_last_minute_and_not_a_second_longer()
    {
        using var source = Source();
        (await source.GetAsync(default)).Should().Be("t1");
        _time.Advance(Life - TimeSpan.FromSeconds(61));
        (await source.GetAsync(default)).Should().Be("t1");
        _time.Advance(TimeSpan.FromSeconds(1));
        (await source.GetAsync(default)).Should().Be("t2", "60 s before its end it is retired");
    }

    [Fact]
    public async Task No_token_is_ever_handed_out_in_its_last_minute()
    {
        var until = new Dictionary<string, DateTimeOffset>();
        using var source = Source(() => until[$"t{_fetches}"] = _time.GetUtcNow() + Life);
        for (var i = 0; i < 2000; i++)
        {
            var token = await source.GetAsync(default);
            (until[token] - _time.GetUtcNow()).Should().BeGreaterThan(TimeSpan.FromMinutes(1));
            _time.Advance(TimeSpan.FromSeconds((i * 37) % 113));
        }

        _fetches.Should().BeGreaterThan(50);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_does_not_keep_a_token_alive()
    {
        var time = new SkewedClock(new HandClock(), default);
        using var source = new AccessTokenSource(_ => Task.FromResult(new AccessToken($"t{++_fetches}", time.GetUtcNow() + Life)), time);
        (await source.GetAsync(default)).Should().Be("t1");
        time.Advance(TimeSpan.FromMinutes(20), wall: TimeSpan.FromHours(-5));
        (await source.GetAsync(default)).Should().Be("t1");
        time.Advance(TimeSpan.FromMinutes(9.5), wall: TimeSpan.Zero);
        (await source.GetAsync(default)).Should().Be("t2", "it is 29 and a half minutes old, whatever the clock says");
    }

    [Fact]
    public async Task A_clock_that_is_set_forward_retires_the_token_but_not_in_its_first_minute()
    {
        var time = new SkewedClock(new HandClock(), default);
        using var source = new AccessTokenSource(_ => Task.FromResult(new AccessToken($"t{++_fetches}", time.GetUtcNow() + Life)), time);
        await source.GetAsync(default);
        time.Advance(TimeSpan.FromSeconds(59), wall: TimeSpan.FromHours(1));
        (await source.GetAsync(default)).Should().Be("t1");
        time.Advance(TimeSpan.FromSeconds(1), wall: TimeSpan.Zero);
        (await source.GetAsync(default)).Should().Be("t2", "a machine that slept counts less than the clock");
        time.Advance(TimeSpan.FromSeconds(61), wall: TimeSpan.FromSeconds(61));
        (await source.GetAsync(default)).Should().Be("t2", "the clock was set once");
    }

    [Fact]
    public async Task A_token_with_a_second_to_live_serves_for_a_minute_or_until_it_is_refused()
    {
        using var source =
            new AccessTokenSource(_ => Task.FromResult(new AccessToken($"t{++_fetches}", _time.GetUtcNow().AddSeconds(1))), _time);
        (await source.GetAsync(default)).Should().Be("t1");
        _time.Advance(TimeSpan.FromSeconds(59));
        (await source.GetAsync(default)).Should().Be("t1");
        _time.Advance(TimeSpan.FromSeconds(1));
        (await source.GetAsync(default)).Should().Be("t2");
        source.Drop("t2");
        (await source.GetAsync(default)).Should().Be("t3");
    }

    [Fact]
    public async Task A_longest_use_retires_a_token_before_its_time()
    {
        using var source = new AccessTokenSource(
            _ => Task.FromResult(new AccessToken($"t{++_fetches}", _time.GetUtcNow().AddHours(12))), _time, TimeSpan.FromMinutes(5),
            TimeSpan.FromHours(1));
        await source.GetAsync(default);
        _time.Advance(TimeSpan.FromMinutes(59));
        (await source.GetAsync(default)).Should().Be("t1");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await source.GetAsync(default)).Should().Be("t2");
    }

    [Fact]
    public async Task A_thousand_callers_share_one_fetch()
    {
        var gate = new TaskCompletionSource<AccessToken>();
        using var source = new AccessTokenSource(_ => { Interlocked.Increment(ref _fetches); return gate.Task; }, _time);
        var waiting = Enumerable.Range(0, 1000).Select(_ => source.GetAsync(default).AsTask()).ToList();
        gate.SetResult(new AccessToken("t", _time.GetUtcNow() + Life));
        (await Task.WhenAll(waiting)).Should().OnlyContain(t => t == "t");
        _fetches.Should().Be(1);
    }

    [Fact]
    public async Task Fifty_refusals_of_a_token_make_one_new_fetch_and_a_late_one_none()
    {
        using var source = Source();
        var token = await source.GetAsync(default);
        for (var i = 0; i < 50; i++)
            source.Drop(token);
        (await source.GetAsync(default)).Should().Be("t2");
        source.Drop(token);
        (await source.GetAsync(default)).Should().Be("t2", "the refused one is gone already");
    }

    [Fact]
    public async Task A_refusal_is_shared_and_remembered_for_a_second()
    {
        var gate = new TaskCompletionSource();
        using var source = new AccessTokenSource(
            async _ =>
            {
                _fetches++;
                await gate.Task;
                throw new LlmException(LlmErrorKind.Authentication, "no") { StatusCode = 401, ProviderCode = "6" };
            },
            _time);
        var waiting = Enumerable.Range(0, 20).Select(_ => source.GetAsync(default).AsTask()).ToList();
        gate.SetResult();
        var errors = new List<LlmException>();
        foreach (var task in waiting)
            errors.Add((await task.Invoking(t => t).Should().ThrowAsync<LlmException>()).Which);
        errors.Should().OnlyContain(e => e.Kind == LlmErrorKind.Authentication && e.StatusCode == 401 && e.ProviderCode == "6");
        errors.Should().OnlyHaveUniqueItems("each caller's exception is its own");

        _time.Advance(TimeSpan.FromMilliseconds(999));
        await source.Invoking(s => s.GetAsync(default).AsTask()).Should().ThrowAsync<LlmException>();
        _fetches.Should().Be(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await source.Invoking(s => s.GetAsync(default).AsTask()).Should().ThrowAsync<LlmException>();
        _fetches.Should().Be(2);
    }

    [Theory]
    [InlineData(LlmErrorKind.Unavailable, 100)]
    [InlineData(LlmErrorKind.ServerError, 100)]
    [InlineData(LlmErrorKind.Timeout, 100)]
    [InlineData(LlmErrorKind.Authentication, 1000)]
    [InlineData(LlmErrorKind.Permission, 1000)]
    [InlineData(LlmErrorKind.RateLimited, 1000)]
    [InlineData(LlmErrorKind.MalformedResponse, 1000)]
    public async Task A_failure_that_may_pass_is_forgotten_before_the_router_tries_again(LlmErrorKind kind, int memory)
    {
        using var source = new AccessTokenSource(_ => { _fetches++; throw new LlmException(kind, "no"); }, _time);
        var get = () => source.GetAsync(default).AsTask();
        await get.Should().ThrowAsync<LlmException>();
        _time.Advance(TimeSpan.FromMilliseconds(memory - 1));
        await get.Should().ThrowAsync<LlmException>();
        _fetches.Should().Be(1);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await get.Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(kind);
        _fetches.Should().Be(2);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_will_not_be_so_a_moment_later()
    {
        using var source = new AccessTokenSource(
            _ => { _fetches++; throw new HttpRequestException("no", new System.Security.Authentication.AuthenticationException("no")); },
            _time);
        var get = () => source.GetAsync(default).AsTask();
        await get.Should().ThrowAsync<LlmException>();
        _time.Advance(TimeSpan.FromMilliseconds(999));
        await get.Should().ThrowAsync<LlmException>();
        _fetches.Should().Be(1);
    }

    [Fact]
    public async Task A_caller_that_cancels_leaves_the_fetch_to_the_others()
    {
        var gate = new TaskCompletionSource<AccessToken>();
        var seen = CancellationToken.None;
        using var source = new AccessTokenSource(token => { seen = token; return gate.Task; }, _time);
        using var cancel = new CancellationTokenSource();
        var impatient = source.GetAsync(cancel.Token).AsTask();
        var patient = source.GetAsync(default).AsTask();
        await cancel.CancelAsync();
        (await impatient.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken
            .Should().Be(cancel.Token);
        seen.IsCancellationRequested.Should().BeFalse();
        gate.SetResult(new AccessToken("t", _time.GetUtcNow() + Life));
        (await patient).Should().Be("t");
    }

    [Fact]
    public async Task When_the_last_caller_cancels_the_fetch_is_cancelled_and_the_next_caller_starts_anew()
    {
        using var source = new AccessTokenSource(
            async token =>
            {
                if (++_fetches == 1)
                    await Task.Delay(Timeout.Infinite, token);
                return new AccessToken($"t{_fetches}", _time.GetUtcNow() + Life);
            },
            _time);
        using var cancel = new CancellationTokenSource();
        var waiting = source.GetAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await waiting.Invoking(t => t).Should().ThrowAsync<OperationCanceledException>();
        (await source.GetAsync(default)).Should().Be("t2", "a fetch that was cancelled is no failure to remember");
    }

    [Fact]
    public async Task A_fetch_that_hangs_is_ended_by_its_own_limit()
    {
        using var source = new AccessTokenSource(
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return default;
            },
            _time);
        var waiting = source.GetAsync(default).AsTask();
        _time.Advance(TimeSpan.FromSeconds(31));
        (await waiting.Invoking(t => t).Should().ThrowAsync<LlmException>()).Which.Kind.Should().Be(LlmErrorKind.Timeout);
    }

    [Fact]
    public async Task Foreign_exceptions_become_typed_ones_and_an_empty_token_is_none()
    {
        using var failing = new AccessTokenSource(_ => throw new HttpRequestException("boom"), _time);
        (await failing.Invoking(s => s.GetAsync(default).AsTask()).Should().ThrowAsync<LlmException>()).Which.Kind
            .Should().Be(LlmErrorKind.Unavailable);
        using var empty = new AccessTokenSource(_ => Task.FromResult(new AccessToken("", _time.GetUtcNow() + Life)), _time);
        (await empty.Invoking(s => s.GetAsync(default).AsTask()).Should().ThrowAsync<LlmException>()).Which.Kind
            .Should().Be(LlmErrorKind.MalformedResponse);
    }

    [Fact]
    public async Task Disposing_ends_a_running_fetch_and_refuses_further_callers()
    {
        var source = new AccessTokenSource(
            async token =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return default;
            },
            _time);
        var waiting = source.GetAsync(default).AsTask();
        source.Dispose();
        await waiting.Invoking(t => t).Should().ThrowAsync<LlmException>();
        await source.Invoking(s => s.GetAsync(default).AsTask()).Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public async Task The_tokens_of_late_are_taken_out_of_texts()
    {
        using var source = Source();
        var first = await source.GetAsync(default);
        source.Drop(first);
        await source.GetAsync(default);
        source.Recent().Should().BeEquivalentTo("t1", "t2");
        new AccessToken("secret", default).ToString().Should().NotContain("secret");
    }

    private AccessTokenSource Source(Action? fetched = null) => new(
        _ =>
        {
            _fetches++;
            fetched?.Invoke();
            return Task.FromResult(new AccessToken($"t{_fetches}", _time.GetUtcNow() + Life));
        },
        _time);
}
