using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>A provider without a network, for tests, demonstrations and measurements. Thread-safe.</summary>
/// <remarks>
/// <para>The model's name, in any case, is the behaviour, as in version 0.7.0:</para>
/// <list type="table">
/// <item><term><c>mock-normal</c></term><description>answers <c>Mock response to: {prompt}</c> after 100 ms, streamed word by
/// word.</description></item>
/// <item><term><c>mock-timeout</c></term><description>fails with <see cref="LlmErrorKind.Timeout"/>.</description></item>
/// <item><term><c>mock-ratelimit</c></term><description>fails with <see cref="LlmErrorKind.RateLimited"/> (429).</description></item>
/// <item><term><c>mock-auth-error</c></term><description>fails with <see cref="LlmErrorKind.Authentication"/> (401).</description></item>
/// <item><term><c>mock-invalid-request</c></term><description>fails with <see cref="LlmErrorKind.InvalidRequest"/>
/// (400).</description></item>
/// <item><term><c>…unhealthy…</c></term><description>fails its health probe, whatever else it does.</description></item>
/// </list>
/// <para>Any other name behaves as <c>mock-normal</c>. Failures come at once, without <see cref="MockOptions.Delay"/>. An answer that is
/// not streamed is one update: it carries the <see cref="ChatResponse"/>, usage included, as its
/// <see cref="ChatResponseUpdate.RawRepresentation"/>. A cancelled wait throws <see cref="OperationCanceledException"/>.</para>
/// </remarks>
public sealed class MockProvider : ILlmProvider, IHealthProbe, IReadsOriginals
{
    private readonly MockOptions _options;
    private readonly TimeProvider _time;
    private readonly MockOutcome _usual;
    private readonly bool _healthy;
    private readonly Random _random;
    private readonly Lock _randomLock = new();
    private long _calls;

    /// <summary>A mock that behaves as its model's name says.</summary>
    /// <param name="name">The provider's unique name.</param>
    /// <param name="model">The model's name, which selects the behaviour.</param>
    /// <param name="options">What to answer and when; <see langword="null"/> for the defaults.</param>
    /// <param name="timeProvider">The clock of all waits; <see langword="null"/> for <see cref="TimeProvider.System"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> or <paramref name="model"/> is null, empty or white space, or
    /// <see cref="MockOptions.Info"/> returned null.</exception>
    public MockProvider(string name, string model = "mock-normal", MockOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        _options = options ?? MockOptions.Default;
        _time = timeProvider ?? TimeProvider.System;
        _usual = UsualOf(model);
        _healthy = !model.Contains("unhealthy", StringComparison.OrdinalIgnoreCase);
        _random = new(_options.Seed);
        Info = InfoOf(new(name, "mock", model), _options);
    }

    /// <inheritdoc/>
    public ProviderInfo Info { get; }

    /// <summary>How many calls have started, failed and cancelled ones included. A sequence that is never enumerated is no call.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GenerateAsync(LlmRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AnswerAsync(request, cancellationToken);
    }

    /// <summary>Answers by the model's name: false if it contains <c>unhealthy</c>.</summary>
    /// <param name="cancellationToken">Not needed: the answer is there at once.</param>
    /// <returns>Whether the provider is healthy.</returns>
    public ValueTask<bool> ProbeAsync(CancellationToken cancellationToken) => new(_healthy);

    private async IAsyncEnumerable<ChatResponseUpdate> AnswerAsync(
        LlmRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var outcome = NextOutcome();
        cancellationToken.ThrowIfCancellationRequested();
        var failsWithoutText = outcome.Kind is not null && (outcome.Words is null || !request.Streaming);
        var delay = outcome.NeverEnds ? Timeout.InfiniteTimeSpan
            : outcome.Delay ?? (outcome.Kind is not null && outcome.Words is null ? TimeSpan.Zero : _options.Delay);

        // Without a delay everything completes synchronously: the mock then measures the router, not the thread pool.
        if (delay != TimeSpan.Zero)
            await Waits.DelayAsync(delay, _time, cancellationToken).ConfigureAwait(false);
        if (failsWithoutText)
            throw FailureOf(outcome);

        var reply = MockReply.To(request, _options, outcome.Text);
        if (!request.Streaming)
        {
            yield return WholeAnswer.From(reply.Whole(Info.Model));
            yield break;
        }

        var (text, words) = (reply.Text, 0);
        var endsWithText = text.Length > 0 && reply.ToolCalls.Count == 0;
        for (var (start, end) = (0, 0); start < text.Length && words != outcome.Words; start = end, words++)
        {
            if (start > 0 && _options.ChunkDelay != TimeSpan.Zero)
                await Waits.DelayAsync(_options.ChunkDelay, _time, cancellationToken).ConfigureAwait(false);
            else
                cancellationToken.ThrowIfCancellationRequested();

            end = MockReply.EndOfWord(text, start);
            var update = Update(new TextContent(text[start..end]));
            if (end == text.Length && endsWithText && outcome.Words is null)
                update.FinishReason = ChatFinishReason.Stop;
            yield return update;
        }

        if (outcome.Words is not null)
            throw FailureOf(outcome);
        if (!endsWithText)
        {
            var last = Update(null);
            reply.AddToolCalls(last.Contents);
            last.FinishReason = reply.FinishReason;
            yield return last;
        }

        if (reply.Usage is { } usage)
            yield return Update(new UsageContent(usage));
    }

    private MockOutcome NextOutcome()
    {
        var call = Interlocked.Increment(ref _calls);
        if (call <= _options.Script.Count)
            return _options.Script[(int)call - 1];
        return _usual.Kind is null && _options.FailureRate > 0 && Draw() < _options.FailureRate
            ? MockOutcome.Failure(_options.FailureKind)
            : _usual;
    }

    private double Draw()
    {
        lock (_randomLock)
            return _random.NextDouble();
    }

    private ChatResponseUpdate Update(AIContent? content) => new()
    {
        Role = ChatRole.Assistant,
        ModelId = Info.Model,
        Contents = content is null ? [] : [content],
    };

    private LlmException FailureOf(MockOutcome outcome) =>
        new(
            outcome.Kind!.Value,
            $"The mock provider was told to fail with {outcome.Kind}. Change its model, script or failure rate if it should not.")
        {
            ProviderName = Info.Name,
            Model = Info.Model,
            StatusCode = outcome.StatusCode,
            RetryAfter = outcome.RetryAfter,
        };

    private static ProviderInfo InfoOf(ProviderInfo info, MockOptions options)
    {
        if (options.Info is not { } adjust)
            return info;
        var adjusted = adjust(info)
            ?? throw new ArgumentException(
                "MockOptions.Info must return what it was given, changed or not; it returned null.", nameof(options));
        return adjusted with { Name = info.Name };
    }

    private static MockOutcome UsualOf(string model) => model.ToLowerInvariant() switch
    {
        "mock-timeout" => MockOutcome.Failure(LlmErrorKind.Timeout),
        "mock-ratelimit" => MockOutcome.Failure(LlmErrorKind.RateLimited, 429),
        "mock-auth-error" => MockOutcome.Failure(LlmErrorKind.Authentication, 401),
        "mock-invalid-request" => MockOutcome.Failure(LlmErrorKind.InvalidRequest, 400),
        _ => MockOutcome.Usual,
    };
}
