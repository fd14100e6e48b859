namespace Orchestrator;

/// <summary>Runs a call whose caller gets the answer whole.</summary>
internal static class BufferedCall
{
    /// <summary>Runs it to its end. A call that has to wait for nothing needs no state machine.</summary>
    public static Task<LlmResponse> RunAsync(RouteCall call)
    {
        var caller = CallerContext.Capture();
        try
        {
            return call.Resume(out var wait) == CallStep.Wait ? GoOnAsync(call, wait) : Task.FromResult((LlmResponse)call.Result!);
        }
#pragma warning disable CA1031 // Thrown by the task.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return GoOnAsync(call, ValueTask.FromException(error));
        }
        finally
        {
            caller.Restore();
        }
    }

    private static async Task<LlmResponse> GoOnAsync(RouteCall call, ValueTask wait)
    {
        try
        {
            await wait.ConfigureAwait(false);
            while (call.Continue(out wait) == CallStep.Wait)
                await wait.ConfigureAwait(false);
            return (LlmResponse)call.Result!;
        }
        catch (Exception error)
        {
            await call.CloseAsync(error).ConfigureAwait(false);
            throw;
        }
    }
}
