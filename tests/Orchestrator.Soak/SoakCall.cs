using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.AI;
using Orchestrator.Tests.Stress;

namespace Orchestrator.Soak;

/// <summary>One call: what its caller does, rolled beforehand, and what caller, observer and providers saw.
/// It is also its own tag.</summary>
#pragma warning disable CA1001 // A source without timer or wait handle holds nothing, and a cancellation from elsewhere may come late.
internal sealed class SoakCall : IReadOnlyDictionary<string, string>
#pragma warning restore CA1001
{
    private static readonly ChatOptions[] Named = [.. ProviderSet.Names.Select(n => new ChatOptions { ModelId = n })];
    private readonly StringBuilder _text = new();
    private readonly bool _asksForStreaming;
    private readonly int _named;
    private readonly int _leavesAt;
    private readonly int _cancelAt;
    private readonly bool _cancelsBefore;
    private readonly bool _cancelsElsewhere;
    private readonly CancellationTokenSource? _source;

    public SoakCall(long seed, long id, bool inOutage)
    {
        Id = id;
        BeganInOutage = inOutage;
        var dice = new Dice(seed, id);
        Streamed = dice.Percent(50);
        _asksForStreaming = dice.Percent(25);
        _named = dice.Percent(8) ? dice.Below(Named.Length) : -1;
        _leavesAt = Streamed && dice.Percent(6) ? dice.Below(6) : -1;
        var cancel = dice.Below(200);
        _cancelsBefore = cancel == 0;
        _cancelsElsewhere = cancel is > 0 and < 6;
        _cancelAt = Streamed && cancel is >= 6 and < 10 ? dice.Below(6) : -1;
        if (cancel < 10)
            _source = new CancellationTokenSource();
    }

    public long Id { get; }

    public bool BeganInOutage { get; }

    public bool Streamed { get; }

    /// <summary>No attempt of the call can have been begun before this: its start, then the end of the attempt before.</summary>
    public long Floor { get; set; }

    public List<Asked> Asked { get; } = [];

    public List<LlmAttempt> Told { get; } = [];

    public AttemptOutcome Outcome { get; private set; } = AttemptOutcome.Failed;

    public Exception? Error { get; private set; }

    public string Text => _text.ToString();

    public bool IsCancelled => _source is { IsCancellationRequested: true };

    public CancellationToken Token => _source?.Token ?? default;

    public int Restarts { get; private set; }

    public async Task RunAsync(Router router)
    {
        var request = new LlmRequest([new ChatMessage(ChatRole.User, "say something") { RawRepresentation = this }])
        {
            Streaming = _asksForStreaming,
            Tags = this,
            Options = _named < 0 ? null : Named[_named],
        };
        if (_cancelsBefore)
            await _source!.CancelAsync();
        else if (_cancelsElsewhere)
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.CancelSoon(), this, preferLocal: false);
        Floor = Clock.Now;
        try
        {
            if (Streamed)
                await ReadAsync(router.RouteStreamAsync(request, Token));
            else
                _text.Append((await router.RouteAsync(request, Token)).Text);
            if (Outcome == AttemptOutcome.Failed)
                Outcome = AttemptOutcome.Succeeded;
        }
        catch (OperationCanceledException error)
        {
            Outcome = AttemptOutcome.Cancelled;
            Error = error;
        }
        catch (Exception error)
        {
            Error = error;
        }
    }

    private async Task ReadAsync(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        var n = 0;
        await foreach (var update in updates)
        {
            foreach (var content in update.Contents)
            {
                if (content is RestartContent)
                {
                    _text.Clear();
                    Restarts++;
                }
                else if (content is TextContent text)
                {
                    _text.Append(text.Text);
                }
            }

            if (n == _cancelAt)
                await _source!.CancelAsync();
            if (n++ == _leavesAt)
            {
                Outcome = AttemptOutcome.Abandoned;
                return;
            }
        }
    }

    private void CancelSoon()
    {
        Thread.SpinWait((int)(Id % 64) * 50);
        _source!.Cancel();
    }

    int IReadOnlyCollection<KeyValuePair<string, string>>.Count => 1;

    IEnumerable<string> IReadOnlyDictionary<string, string>.Keys => ["call"];

    IEnumerable<string> IReadOnlyDictionary<string, string>.Values => [Id.ToString(CultureInfo.InvariantCulture)];

    string IReadOnlyDictionary<string, string>.this[string key] =>
        key == "call" ? Id.ToString(CultureInfo.InvariantCulture) : throw new KeyNotFoundException(key);

    bool IReadOnlyDictionary<string, string>.ContainsKey(string key) => key == "call";

    bool IReadOnlyDictionary<string, string>.TryGetValue(string key, [MaybeNullWhen(false)] out string value)
    {
        value = key == "call" ? Id.ToString(CultureInfo.InvariantCulture) : null;
        return value is not null;
    }

    IEnumerator<KeyValuePair<string, string>> IEnumerable<KeyValuePair<string, string>>.GetEnumerator()
    {
        yield return new("call", Id.ToString(CultureInfo.InvariantCulture));
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<string, string>>)this).GetEnumerator();
}
