namespace Orchestrator.Fuzz;

/// <summary>What every error must hold to.</summary>
internal static class LlmErrorOracle
{
    private const int LongestMessage = 1000;

    public static void Check(LlmException error)
    {
        if (error.Kind == LlmErrorKind.Unknown && error.StatusCode is null)
            throw new FuzzFailure($"an error of no kind: {error.InnerException?.GetType().Name ?? error.Message}");
        if (error.RetryAfter is { } wait && (wait < TimeSpan.Zero || wait > TimeSpan.FromDays(1)))
            throw new FuzzFailure("a wait outside of a day");
        if (error.Message.Length > LongestMessage || error.ProviderCode?.Length > LongestMessage || error.RequestId?.Length > LongestMessage)
            throw new FuzzFailure("a message without bounds");
        if (error.Message.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new FuzzFailure("a message with a line end");
        Check(error.ProviderCode);
        Check(error.RequestId);
        for (Exception? cause = error; cause is not null; cause = cause.InnerException)
            Check(cause.Message);
    }

    private static void Check(string? text)
    {
        if (text is null)
            return;
        if (text.Contains(Values.Key, StringComparison.Ordinal))
            throw new FuzzFailure("the key is in an error");
        if (text.Contains(Values.Prompt, StringComparison.Ordinal))
            throw new FuzzFailure("the prompt is in an error");
    }
}
