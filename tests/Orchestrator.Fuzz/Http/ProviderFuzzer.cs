using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Orchestrator.Fuzz;

/// <summary>Drives a provider through an HTTP client whose server is the input, and judges what comes of it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Client and handler live as long as the process, and hold no socket.")]
internal abstract class ProviderFuzzer : FuzzReader
{
    private const int AgainOneIn = 16;
    private readonly CaseHandler _handler;
    private readonly ILlmProvider _lenient;
    private readonly ILlmProvider _strict;

    protected ProviderFuzzer(Vendor vendor, string name, IReadOnlyList<string> samples, Func<HttpRequestMessage, bool> isFuzzed)
        : base($"{vendor.Name}-{name}")
    {
        Vendor = vendor;
        Samples = [.. samples.Select(Encoding.UTF8.GetBytes)];
        _handler = new CaseHandler(isFuzzed, vendor.Other);
        var client = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
        _lenient = vendor.Create(client, false);
        _strict = vendor.Create(client, true);
    }

    public override IReadOnlyList<byte[]> Samples { get; }

    protected Vendor Vendor { get; }

    /// <summary>Whether the request holds the prompt.</summary>
    protected virtual bool KnowsPrompt => true;

    /// <summary>Whether the provider holds the key while it reads the input.</summary>
    protected virtual bool KnowsKey => true;

    public override Verdict Read(FuzzCase input)
    {
        var verdict = ReadOnce(input);
        if (input.Ending != Ending.Cancelled && (verdict.Print & (AgainOneIn - 1)) == 0 && input.Pieces != 0
            && input.UnzippedLength is null)
        {
            // However the bytes were split on their way, they mean the same. (Gzip aside: how far it gets before it finds a fault differs.)
            var pieces = input.Pieces;
            input.Pieces = 0;
            var whole = ReadOnce(input);
            input.Pieces = pieces;
            if (whole.Outcome != verdict.Outcome || whole.Print != verdict.Print)
                throw new FuzzFailure($"in pieces '{verdict.Outcome}', in one '{whole.Outcome}', or another text");
        }

        return verdict;
    }

    /// <summary>Makes the call and enters what comes into the record.</summary>
    protected abstract Task CallAsync(ILlmProvider provider, AnswerRecord record, CancellationToken cancellationToken);

    /// <summary>Throws when an answer cannot be one.</summary>
    protected virtual void CheckAnswer(FuzzCase input, AnswerRecord record)
    {
    }

    /// <summary>Throws when the error cannot be right.</summary>
    protected virtual void CheckError(FuzzCase input, LlmException error)
    {
    }

    private Verdict ReadOnce(FuzzCase input, bool isSecond = false)
    {
        using var caller = input.Ending == Ending.Cancelled ? new CancellationTokenSource() : null;
        _handler.Input = input;
        _handler.Caller = caller;
        _handler.Body = null;
        _handler.Served = 0;
        var record = new AnswerRecord();
        var thread = Environment.CurrentManagedThreadId;
        var before = GC.GetAllocatedBytesForCurrentThread();
        string outcome;
        try
        {
            var call = CallAsync(input.Strict ? _strict : _lenient, record, caller?.Token ?? CancellationToken.None);
            if (!call.IsCompleted)
                throw new FuzzFailure("reading did not end with its bytes: it waits for something else");
            call.GetAwaiter().GetResult();
            outcome = record.Unreadable == 0 ? "answer" : "answer without an event";
        }
        catch (LlmException error)
        {
            outcome = Outcomes.Of(error.Kind);
            LlmErrorOracle.Check(error, KnowsPrompt, KnowsKey);
            CheckError(input, error);
        }
        catch (OperationCanceledException) when (caller is { IsCancellationRequested: true })
        {
            outcome = "cancelled";
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (thread != Environment.CurrentManagedThreadId)
            throw new FuzzFailure("reading went to another thread");
        Judge(input, record, outcome);
        var length = Math.Max(1, _handler.Served) * Math.Max(input.Bytes.Length, input.UnzippedLength ?? 0);
        var reads = _handler.Body?.Reads ?? 0;
        // Arrays of a pool are made anew after the collector has trimmed it, which can happen at any input.
        // What an input costs, it costs again.
        if (!isSecond && !AllocationOracle.Allows(allocated, length, reads))
            return ReadOnce(input, isSecond: true);
        AllocationOracle.Check(allocated, length, reads);
        return new Verdict(outcome, HashCode.Combine(record.Print, outcome.Length), allocated);
    }

    private void Judge(FuzzCase input, AnswerRecord record, string outcome)
    {
        var isAnswer = outcome.StartsWith("answer", StringComparison.Ordinal);
        if (isAnswer)
            CheckAnswer(input, record);
        if (input.Expectation == Expectation.NoAnswer && isAnswer)
            throw new FuzzFailure("a cut answer was taken for a whole one");
        if (input.Expectation == Expectation.Answer && !isAnswer)
            throw new FuzzFailure($"a whole answer was not taken for one: {outcome}");
        if (record.Unreadable > (input.Strict ? 0 : 1))
            throw new FuzzFailure($"{record.Unreadable} unreadable events were passed over");
    }
}
