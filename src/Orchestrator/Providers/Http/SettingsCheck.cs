namespace Orchestrator.Providers;

/// <summary>What the checks of all vendors' settings have in common: the time limit, a second look at the connection, a word on the
/// proxy.</summary>
internal sealed class SettingsCheck(bool ownsClient, TimeProvider time)
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>Asks what a check has to ask, for 15 s at most, and explains what goes wrong.</summary>
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

    /// <summary>A failure as a check looks at it; null for the caller's own cancellation and for what is a defect of ours.</summary>
    public static LlmException? FailureOf(Exception error, CancellationToken cancellationToken) => error switch
    {
        _ when cancellationToken.IsCancellationRequested => null,
        LlmException known => known,
        OperationCanceledException => new LlmException(LlmErrorKind.Timeout, $"No answer within {Limit.TotalSeconds:0} s.", error),
        _ => null,
    };

    /// <summary>Finds out in a check what the failure of a connection alone does not tell.</summary>
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
            // The check's own time is over: what is known is told.
        }
    }

    /// <summary>A finding that is not good, with a word on the proxy that may be the reason.</summary>
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
