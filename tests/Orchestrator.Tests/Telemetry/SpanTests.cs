using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Telemetry;

/// <summary>One span for the call, and under it one for each attempt.</summary>
public sealed class SpanTests : IDisposable
{
    private readonly Watch _watch = new();

    public void Dispose() => _watch.Dispose();

    [Theory]
    [BothModes]
    public async Task A_failover_is_one_call_with_an_attempt_for_each_provider_asked(bool streamed)
    {
        await using var router = InOrder(
            _watch.Options(), FakeProvider.Failing("a", LlmErrorKind.RateLimited, 429), FakeProvider.Answering("b", "ok"));
        await router.RunAsync(streamed);

        var call = _watch.CallSpans.Should().ContainSingle().Subject;
        (call.DisplayName, call.Kind, call.ParentSpanId, call.Status)
            .Should().Be(("route", ActivityKind.Internal, _watch.Root.SpanId, ActivityStatusCode.Unset));
        call.GetTagItem("orchestrator.attempts").Should().Be(2);
        call.GetTagItem("orchestrator.outcome").Should().Be("success");
        call.GetTagItem("orchestrator.strategy").Should().Be("first-available");
        call.TagObjects.Should().NotContain(t => t.Key.StartsWith("gen_ai.usage", StringComparison.Ordinal), "they are the attempts'");
        var attempts = _watch.AttemptSpans;
        attempts.Should().HaveCount(2).And.OnlyContain(a => a.Kind == ActivityKind.Client && a.ParentSpanId == call.SpanId);
        attempts.Select(a => a.GetTagItem("orchestrator.provider")).Should().Equal("a", "b");
        attempts.Select(a => a.GetTagItem("orchestrator.attempt.role")).Should().Equal("first", "failover");
        attempts.Select(a => a.GetTagItem("error.type")).Should().Equal(["RateLimited", null]);
        attempts.Select(a => a.Status).Should().Equal(ActivityStatusCode.Error, ActivityStatusCode.Unset);
        attempts.Should().OnlyContain(a => (string)a.GetTagItem("gen_ai.operation.name")! == "chat");
    }

    [Theory]
    [BothModes]
    public async Task The_span_of_a_call_is_named_after_the_model_that_was_asked_for(bool streamed)
    {
        await using var router = InOrder(_watch.Options(), FakeProvider.Answering("a", "ok"));
        await router.RunAsync(streamed, options: new() { ModelId = "a", Temperature = 0.5f, MaxOutputTokens = 7, StopSequences = ["."] });
        _watch.CallSpans.Single().DisplayName.Should().Be("route a");
        var attempt = _watch.AttemptSpans.Single();
        attempt.DisplayName.Should().Be($"chat {router.Providers[0].Model}");
        attempt.GetTagItem("gen_ai.request.temperature").Should().Be(0.5f);
        attempt.GetTagItem("gen_ai.request.max_tokens").Should().Be(7);
        attempt.GetTagItem("gen_ai.request.stop_sequences").Should().BeEquivalentTo(new[] { "." });
    }

    [Theory]
    [BothModes]
    public async Task A_call_that_no_provider_can_serve_has_a_span_with_the_error(bool streamed)
    {
        await using var router = new Router(_watch.Options());
        await router.FailAsync<LlmException>(streamed);
        var call = _watch.CallSpans.Should().ContainSingle().Subject;
        (call.Status, call.GetTagItem("error.type"), call.GetTagItem("orchestrator.attempts"))
            .Should().Be((ActivityStatusCode.Error, "NoCandidate", 0));
        _watch.AttemptSpans.Should().BeEmpty();
    }

    [Theory]
    [BothModes]
    public async Task A_cancellation_is_no_error(bool streamed)
    {
        using var cancelled = new CancellationTokenSource();
        await using var router = InOrder(_watch.Options(), FakeProvider.Silent("a"));
        var call = router.RunAsync(streamed, cancellationToken: cancelled.Token);
        await UntilAsync(() => router.GetMetrics()["a"].InFlight == 1);
        await cancelled.CancelAsync();
        await ((Func<Task>)(() => call)).Should().ThrowAsync<OperationCanceledException>();
        await UntilAsync(() => _watch.Spans.Count == 2);
        _watch.Spans.Should().OnlyContain(s => s.Status == ActivityStatusCode.Unset && s.GetTagItem("error.type") == null);
        _watch.Spans.Select(s => s.GetTagItem("orchestrator.outcome")).Should().Equal("cancelled", "cancelled");
    }

    [Fact]
    public async Task A_stream_that_is_left_ends_both_spans_as_abandoned()
    {
        await using var router = InOrder(_watch.Options(), new FakeProvider("a", (_, _) => Some.Answer("1", "2", "3")));
        await foreach (var _ in router.RouteStreamAsync("hello"))
            break;
        _watch.Spans.Select(s => s.GetTagItem("orchestrator.outcome")).Should().Equal("abandoned", "abandoned");
    }

    [Theory]
    [BothModes]
    public async Task The_provider_runs_in_its_attempt_s_span_and_the_reader_in_its_own(bool streamed)
    {
        var seen = new List<ActivitySpanId?>();
        await using var router = InOrder(_watch.Options(), new FakeProvider("a", (_, token) => Seeing(seen, token)));
        var atReader = new List<Activity?>();
        if (streamed)
        {
            await foreach (var _ in router.RouteStreamAsync("hello"))
                atReader.Add(Activity.Current);
        }
        else
        {
            await router.RouteAsync("hello");
        }

        atReader.Add(Activity.Current);
        atReader.Should().OnlyContain(a => a == _watch.Root);
        seen.Should().HaveCount(7).And.OnlyContain(id => id == _watch.AttemptSpans.Single().SpanId);
    }

    [Fact]
    public async Task A_client_of_others_that_is_traced_has_its_span_under_the_attempt_s()
    {
        using var watch = new Watch("other");
        using var source = new ActivitySource("other");
        await using var router = InOrder(watch.Options(), new FakeProvider("a", (_, _) => Traced(source)));
        await router.RouteAsync("hello");
        watch.Spans.Single(s => s.Source.Name == "other").ParentSpanId.Should().Be(watch.AttemptSpans.Single().SpanId);
    }

    [Theory]
    [BothModes]
    public async Task Cost_is_in_a_span_only_when_it_is_asked_for(bool streamed)
    {
        foreach (var includes in new[] { false, true })
        {
            using var watch = new Watch();
            await using var router = InOrder(watch.Options(t => t.IncludeCost = includes));
            router.AddProvider(FakeProvider.Answering("a", "ok"), new() { Price = new ModelPrice(1000, 2000) });
            var (_, route) = await router.RunAsync(streamed);
            var cost = watch.AttemptSpans.Single().GetTagItem("orchestrator.cost.amount");
            cost.Should().Be(includes ? (double)route.Cost!.Value : null);
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Seeing(
        List<ActivitySpanId?> seen, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (var i = 0; i < 3; i++)
            {
                seen.Add(Activity.Current?.SpanId);
                await Task.Delay(1, cancellationToken);
                seen.Add(Activity.Current?.SpanId);
                yield return i == 2 ? Some.Finish() : Some.Word("x");
            }
        }
        finally
        {
            seen.Add(Activity.Current?.SpanId);
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Traced(ActivitySource source)
    {
        using (source.StartActivity("inner"))
            await Task.Yield();
        yield return Some.Word("x");
        yield return Some.Finish();
    }
}
