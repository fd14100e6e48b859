using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Streams whose every update is there already: no timer ever fires for them,
/// so the clock is looked at with every 64th update.</summary>
public class AttemptWithoutWaitTests
{
    private readonly HandClock _clock = new();
    private CancellationToken _token;

    [Theory]
    [BothModes]
    public async Task A_short_answer_is_taken_however_long_it_took(bool streamed)
    {
        await using var router = NewRouter(token => WordsAsync(62, 61, token));
        (await router.AskAsync(streamed)).Should().HaveLength(62);
    }

    [Fact]
    public async Task A_long_one_meets_its_limit_and_its_provider_hears_of_it()
    {
        await using var router = NewRouter(token => WordsAsync(64, 61, token));
        var error = await router.FailAsync<AllProvidersFailedException>(streamed: false);
        error.Kind.Should().Be(LlmErrorKind.Timeout);
        error.Attempts[0].Error!.Message.Should().Contain("Timeouts.Attempt");
        _token.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task A_long_one_is_not_idle_as_long_as_content_comes()
    {
        await using var router = NewRouter(token => WordsAsync(200, 100, token));
        (await router.AskAsync(streamed: true)).Should().HaveLength(200);
    }

    [Fact]
    public async Task A_long_one_is_idle_when_nothing_but_empty_updates_comes()
    {
        await using var router = NewRouter(EmptyAsync);
        var error = await router.FailAsync<LlmException>(streamed: true);
        error.Message.Should().Contain("Timeouts.Idle");
        _token.IsCancellationRequested.Should().BeTrue();

        async IAsyncEnumerable<ChatResponseUpdate> EmptyAsync([EnumeratorCancellation] CancellationToken token)
        {
            await foreach (var update in WordsAsync(64, 0, token))
                yield return update;
            for (var i = 0; i < 1000; i++)
            {
                _clock.Pass(0.5);
                yield return new ChatResponseUpdate();
            }
        }
    }

    /// <summary>An answer of so many letters that takes so many seconds in all.</summary>
    private async IAsyncEnumerable<ChatResponseUpdate> WordsAsync(
        int count, double seconds, [EnumeratorCancellation] CancellationToken token)
    {
        _token = token;
        await Task.CompletedTask;
        for (var i = 0; i < count; i++)
        {
            _clock.Pass(seconds / count);
            yield return Some.Word("a");
        }
    }

    private Router NewRouter(Func<CancellationToken, IAsyncEnumerable<ChatResponseUpdate>> answer) =>
        InOrder(null, _clock, null, new FakeProvider("a", (_, token) => answer(token)));
}
