namespace Orchestrator.Fuzz;

/// <summary>What every error must hold to.</summary>
internal static class LlmErrorOracle
{
    private const int LongestMessage = 1000;

    /// <param name="error">The error.</param>
    /// <param name="knowsPrompt">Whether the request held the prompt: only then can it be known in an error.</param>
    /// <param name="knowsKey">Whether the provider holds the key.</param>
    public static void Check(LlmException error, bool knowsPrompt = true, bool knowsKey = true)
    {
        if (error.Kind == LlmErrorKind.Unknown && error.StatusCode is null)
            throw new FuzzFailure($"an error of no kind: {error.InnerException?.GetType().Name ?? error.Message}");
        if (error.RetryAfter is { } wait && (wait < TimeSpan.Zero || wait > TimeSpan.FromDays(1)))
            throw new FuzzFailure("a wait outside of a day");
        if (error.Message.Length > LongestMessage || error.ProviderCode?.Length > LongestMessage
            || error.RequestId?.Length > LongestMessage)
            throw new FuzzFailure("a message without bounds");
        if (error.Message.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new FuzzFailure("a message with a line end");
        Check(error.ProviderCode, knowsPrompt, knowsKey);
        Check(error.RequestId, knowsPrompt, knowsKey);
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            Check(cause.Message, knowsPrompt, knowsKey);
    }

    private static void Check(string? text, bool knowsPrompt, bool knowsKey)
    {
        if (text is null)
            return;
        if (knowsKey && text.Contains(Values.Key, StringComparison.Ordinal))
            throw new FuzzFailure("the key is in an error");
        if (text.Contains(Values.PairedKey, StringComparison.Ordinal))
            throw new FuzzFailure("the authorization key is in an error");
        if (text.Contains(Values.Token, StringComparison.Ordinal))
            throw new FuzzFailure("the token is in an error");
        if (knowsPrompt && text.Contains(Values.Prompt, StringComparison.Ordinal))
            throw new FuzzFailure("the prompt is in an error");
    }
}
