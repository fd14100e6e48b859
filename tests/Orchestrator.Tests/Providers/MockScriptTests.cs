using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers;

public class MockScriptTests
{
    private static readonly MockOptions AtOnce = new() { Delay = TimeSpan.Zero };

    [Fact]
    public async Task Each_call_takes_the_next_outcome_and_then_the_usual_one()
    {
        var provider = new MockProvider("m", options: AtOnce with
        {
            Reply = "usual",
            Script =
            [
                MockOutcome.Failure(LlmErrorKind.RateLimited, 429, TimeSpan.FromSeconds(2)),
                MockOutcome.Success("scripted"),
                MockOutcome.Success(),
            ],
        });

        var (_, error) = await provider.FailAsync(Reading.Buffered());
        (error.Kind, error.StatusCode, error.RetryAfter).Should().Be((LlmErrorKind.RateLimited, 429, TimeSpan.FromSeconds(2)));
        foreach (var text in new[] { "scripted", "usual", "usual" })
            (await provider.ReadAsync(Reading.Streamed())).ToChatResponse().Text.Should().Be(text);
        provider.Calls.Should().Be(4);
    }

    [Fact]
    public async Task The_script_goes_before_the_model()
    {
        var provider = new MockProvider("m", "mock-timeout", AtOnce with { Script = [MockOutcome.Success()] });

        (await provider.ReadAsync(Reading.Buffered())).Whole().Text.Should().Be("Mock response to: hi");
        (await provider.FailAsync(Reading.Buffered())).Error.Kind.Should().Be(LlmErrorKind.Timeout);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "one two")]
    [InlineData(3, "one two three")]
    [InlineData(9, "one two three")]
    public async Task A_cut_stream_breaks_before_its_completion(int words, string expected)
    {
        var provider = new MockProvider("m", options: AtOnce with
        {
            Reply = "one two three",
            Usage = new(1, 1),
            Script = [MockOutcome.CutAfter(words), MockOutcome.CutAfter(words, LlmErrorKind.Unavailable)],
        });

        var (text, error) = await provider.FailAsync(Reading.Streamed());

        text.Should().Be(expected);
        error.Kind.Should().Be(LlmErrorKind.StreamInterrupted);
        (await provider.FailAsync(Reading.Buffered())).Should().Match<(string Text, LlmException Error)>(
            cut => cut.Text.Length == 0 && cut.Error.Kind == LlmErrorKind.Unavailable);
    }

    [Fact]
    public async Task An_outcome_may_have_a_delay_of_its_own()
    {
        var time = new FakeTimeProvider();
        var slow = MockOutcome.Failure(LlmErrorKind.ServerError) with { Delay = TimeSpan.FromSeconds(5) };
        var options = new MockOptions { Script = [slow, MockOutcome.Success() with { Delay = TimeSpan.Zero }] };
        var provider = new MockProvider("m", options: options, timeProvider: time);

        var failure = provider.FailAsync(Reading.Buffered());
        failure.IsCompleted.Should().BeFalse();
        provider.ReadAsync(Reading.Buffered()).IsCompletedSuccessfully.Should().BeTrue();
        time.Advance(TimeSpan.FromSeconds(5));

        (await failure).Error.Kind.Should().Be(LlmErrorKind.ServerError);
    }

    [Fact]
    public async Task Every_outcome_is_taken_once_by_concurrent_calls()
    {
        var script = Enumerable.Range(0, 500).Select(i => MockOutcome.Success($"{i}")).ToArray();
        var provider = new MockProvider("m", options: AtOnce with { Script = script });
        var texts = new System.Collections.Concurrent.ConcurrentBag<string>();

        await Parallel.ForEachAsync(
            script, async (_, token) => texts.Add((await provider.ReadAsync(Reading.Buffered(), token)).Whole().Text));

        texts.Select(int.Parse).Order().Should().Equal(Enumerable.Range(0, 500));
        provider.Calls.Should().Be(500);
    }

    [Fact]
    public async Task The_same_seed_fails_the_same_calls()
    {
        var options = AtOnce with { FailureRate = 0.3, FailureKind = LlmErrorKind.Unavailable, Seed = 5 };

        var (first, second, other) = (await Outcomes(options), await Outcomes(options), await Outcomes(options with { Seed = 6 }));

        first.Should().Equal(second).And.NotEqual(other);
        first.Count(failed => failed).Should().BeInRange(240, 360);
        (await Outcomes(AtOnce with { FailureRate = 1 })).Should().NotContain(false);
        (await Outcomes(AtOnce)).Should().NotContain(true);

        static async Task<List<bool>> Outcomes(MockOptions options)
        {
            var provider = new MockProvider("m", options: options);
            var failures = new List<bool>();
            for (var i = 0; i < 1000; i++)
            {
                try
                {
                    await provider.ReadAsync(Reading.Buffered());
                    failures.Add(false);
                }
                catch (LlmException e) when (e.Kind == options.FailureKind)
                {
                    failures.Add(true);
                }
            }

            return failures;
        }
    }

    [Fact]
    public async Task A_reply_can_be_made_from_the_request()
    {
        var provider = new MockProvider("m", options: AtOnce with { ReplyFactory = request => $"{request.Messages.Count} message" });

        (await provider.ReadAsync(Reading.Buffered())).Whole().Text.Should().Be("1 message");
    }

    [Fact]
    public void Options_are_checked_where_they_are_set()
    {
        Refused(() => AtOnce with { Delay = TimeSpan.FromTicks(-1) });
        Refused(() => AtOnce with { ChunkDelay = Timeout.InfiniteTimeSpan });
        Refused(() => AtOnce with { FailureRate = 1.1 });
        Refused(() => AtOnce with { FailureRate = double.NaN });
        Refused(() => AtOnce with { FailureKind = (LlmErrorKind)99 });
        Refused(() => AtOnce with { Usage = new(-1, 0) });
        Refused(() => AtOnce with { Script = [null!] });
        Refused(() => AtOnce with { Script = null! });
        Refused(() => AtOnce with { ToolCalls = [null!] });
        Refused(() => MockOutcome.Success() with { Delay = TimeSpan.FromTicks(-1) });
        Refused(() => MockOutcome.Failure(LlmErrorKind.ServerError, 42));
        Refused(() => MockOutcome.Failure((LlmErrorKind)99));
        Refused(() => MockOutcome.Failure(LlmErrorKind.RateLimited, retryAfter: TimeSpan.FromTicks(-1)));
        Refused(() => MockOutcome.CutAfter(-1));
        Refused(() => new MockProvider(" "));
        Refused(() => new MockProvider("m", ""));

        static void Refused(Func<object> set) => set.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_script_is_copied()
    {
        var script = new List<MockOutcome> { MockOutcome.Success() };
        var options = AtOnce with { Script = script };

        script.Clear();

        options.Script.Should().ContainSingle();
    }
}
