namespace Orchestrator.Providers;

/// <summary>What the checks of all vendors' settings share: the time-out, the connection probe, a sentence on the proxy.</summary>
internal sealed class SettingsCheck(bool ownsClient, TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Runs a check for at most 15 s and explains its failure.</summary>
    public async Task<ProviderDiagnosis> RunAsync(
        Func<CancellationToken, Task<ProviderDiagnosis>> ask,
        Func<LlmException, ProviderDiagnosis> explain,
        Uri address,
        CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
        try
        {
            return WithProxy(await ask(either.Token).ConfigureAwait(false), address);
        }
        catch (Exception error) when (FailureOf(error, cancellationToken) is { } failure)
        {
            await LookAgainAsync(failure, either.Token, cancellationToken).ConfigureAwait(false);
            return WithProxy(explain(failure), address);
        }
    }

    /// <summary>The failure as an error to explain; null for the caller's cancellation and for a defect of this library.</summary>
    public static LlmException? FailureOf(Exception error, CancellationToken cancellationToken) => error switch
    {
        _ when cancellationToken.IsCancellationRequested => null,
        LlmException known => known,
        OperationCanceledException => new LlmException(LlmErrorKind.Timeout, $"No answer within {Limit.TotalSeconds:0} s.", error),
        _ => null,
    };

    /// <summary>Probes the server when the connection's failure does not show the cause.</summary>
    public static async Task LookAgainAsync(LlmException failure, CancellationToken limited, CancellationToken cancellationToken)
    {
        if (failure.StatusCode is not null || limited.IsCancellationRequested
            || ConnectionFailure.AddressOf(failure) is not { } address
            || (!LocalAddress.PassesByProxies(address) && LocalBypass.ProcessProxyFor(address) is not null))
        {
            return;
        }

        try
        {
            if (await ConnectionProbe.AtAsync(address, ConnectionFailure.CauseOf(failure), limited).ConfigureAwait(false) is { } cause)
                ConnectionFailure.Refine(failure, cause);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The check's time-out is over: the known cause is returned.
        }
    }

    /// <summary>Adds a sentence on the proxy to a bad result: the proxy may be the cause.</summary>
    public ProviderDiagnosis WithProxy(ProviderDiagnosis found, Uri address)
    {
        address = found.Error is { } error && ConnectionFailure.AddressOf(error) is { } asked ? asked : address;
        var isAtProxy = found.Problem is ProviderProblem.Unreachable or ProviderProblem.ProxyRefused or ProviderProblem.TlsFailure;
        var isLocal = LocalAddress.PassesByProxies(address) && found.Problem != ProviderProblem.UntrustedCertificate;
        if (found.IsValid || !(isAtProxy || isLocal))
            return found;
        var words = ConnectionWords.OfProxy(address, ownsClient);
        return words.Length == 0 || found.Message.Contains(words, StringComparison.Ordinal)
            ? found
            : found with { Message = found.Message + words };
    }
}
