using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>
/// One try at one provider: pulls its updates, decides when its answer is committed, and ends exactly once with an
/// <see cref="AttemptResult"/>. Used by one call; only the callbacks of its <see cref="AttemptClock"/> come from other threads.
/// </summary>
internal sealed partial class Attempt
{
    // Divides 256, at which the count of pulls begins again.
    private const int ClockEvery = 64;

    private readonly AttemptInput _input;
    private readonly CancellationTokenSource _cancel = new();
    private IAsyncEnumerator<ChatResponseUpdate>? _enumerator;
    private AttemptClock? _attemptClock;
    private AttemptTime _time;
    private AttemptAnswer _answer;
    private AttemptTrace _trace;
    private LlmException? _error;
    private byte _pulls;
    private bool _reachedEnd;
    private bool _wasAsked;

    public Attempt(in AttemptInput input, long now)
    {
        _input = input;
        _time = new AttemptTime(now);
        if (input.Call.Token.CanBeCanceled || input.Live)
            _attemptClock = new AttemptClock(input, _cancel, _time);
    }

    public ref readonly AttemptInput Input => ref _input;

    /// <summary>Whether <see cref="PullAsync"/> brought an update. False at the end of the answer and after any failure.</summary>
    public bool HasUpdate { get; private set; }

    /// <summary>The update just pulled; valid while <see cref="HasUpdate"/>.</summary>
    public ChatResponseUpdate Current { get; private set; } = null!;

    /// <summary>What has come so far.</summary>
    public ref AttemptAnswer Answer => ref _answer;

    private RegisteredProvider Registered => _input.Provider;

    private CallServices Services => _input.Call.Services;

    private AttemptClock AttemptClock => _attemptClock ??= new AttemptClock(_input, _cancel, _time);

    public void Pause(long now) => _time.Pause(now);

    public void Resume(long now) => _time.Resume(now);

    /// <summary>The consumer leaves while an update is awaited: to the provider the same as a cancellation. From any thread.</summary>
    public void Abandon() => _attemptClock?.Cancel();

    /// <summary>Pulls one update. Not to be called again once there is none; never throws.</summary>
    public ValueTask PullAsync()
    {
        HasUpdate = false;
        if (_input.MustStop)
            return default;
        if (!_wasAsked)
            _trace.Start(_input);
        _wasAsked = true;
        try
        {
            _trace.Enter();
            _enumerator ??= Registered.Provider.GenerateAsync(_input.RequestForProvider(), _cancel.Token).GetAsyncEnumerator(_cancel.Token);
            var pull = _enumerator.MoveNextAsync();
            if (!pull.IsCompleted)
                return WaitAsync(pull);
            HasUpdate = Took(pull.Result);
        }
#pragma warning disable CA1031 // Whatever a provider throws is the attempt's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Failed(error);
        }

        return default;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(ValueTask<bool> next)
    {
        var clock = AttemptClock;
        var pull = clock.Pull ??= new AbandonablePull(OnOrphanReturned);
        var started = false;
        try
        {
            var wait = pull.WaitAsync(next);
            clock.Start(_time, _answer.Stage);
            started = true;
            var returned = await wait.ConfigureAwait(false);
            _time = clock.Stop();
            if (returned)
            {
                HasUpdate = Took(pull.Result());
                return;
            }

            Orphan();
            Failed(clock.Fault ?? new OperationCanceledException(_cancel.Token));
        }
#pragma warning disable CA1031 // Whatever a provider throws is the attempt's result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            if (!started)
            {
                // Not the provider, which runs already: a clock that makes no timer keeps no limit.
                clock.Fail(error);
                _time = clock.Stop();
                if (pull.TryOrphan())
                    Orphan();
                clock.CancelProvider();
            }

            Failed(error);
        }
    }

    private bool Took(bool more)
    {
        if (!more)
        {
            _reachedEnd = true;
            return false;
        }

        var update = _enumerator!.Current;
        if (update is null)
            return Failed(AttemptErrors.NullUpdate(Registered.Info.Name));
        if (update.RawRepresentation is MalformedEvent malformed)
        {
            // One unreadable event is skipped where starting over would say everything twice; the provider ends the stream at a second.
            if (!_input.Live || !_answer.Committed)
                return Failed(malformed.Error);
            _answer.SkipUpdate();
            Log.EventSkipped(Services.Logger, Registered.Info.Name, malformed.Error);
            return true;
        }

        var hasContent = _answer.Read(ref update, _input);
        Current = update;
        if (_answer.HasMoved && _input.Streaming)
            _time.AddProgress(hasContent, Services.Clock);
        _answer.Commit(hasContent, _input);
        // A provider that never waits never meets the timer, so its time is looked at now and then.
        return ++_pulls % ClockEvery != 0
            || !AttemptClock.IsExpired(ref _time, _answer.Stage)
            || Failed(new OperationCanceledException(_cancel.Token));
    }

    private bool Failed(Exception error)
    {
        if (_attemptClock is { Limit: { } limit } && (error is OperationCanceledException || _isOrphaned))
            _error = AttemptErrors.LimitExpired(limit, _attemptClock.Timeouts, Registered.Info.Name);
        else if (error is OperationCanceledException && _attemptClock is { IsCancelled: true })
            _error = AttemptErrors.Cancelled(error);
        else
            _error = AttemptErrors.Thrown(error, _answer.HasContent, _input).ClaimedBy(this);
        _error.FillIn(Registered.Info);
        return false;
    }
}
