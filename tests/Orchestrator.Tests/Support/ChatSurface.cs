using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Support;

/// <summary>Both calls of an <see cref="IChatClient"/>, so that one test covers both.</summary>
internal static class ChatSurface
{
    public static ChatMessage[] Hello { get; } = [new(ChatRole.User, "hello")];

    /// <summary>How long a test waits for what should be there at once.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    /// <summary>Asks, reads to the end, and gives the text.</summary>
    public static async Task<string> AskAsync(
        this IChatClient client, bool streamed, ChatOptions? options = null, IEnumerable<ChatMessage>? messages = null,
        CancellationToken cancellationToken = default)
    {
        if (!streamed)
            return (await client.GetResponseAsync(messages ?? Hello, options, cancellationToken)).Text;
        var text = "";
        // On the provider's own thread, so that one that a test moves by hand finds all done when it goes on.
        await foreach (var update in client.GetStreamingResponseAsync(messages ?? Hello, options, cancellationToken).ConfigureAwait(false))
            text += update.Text;
        return text;
    }

    /// <summary>The error a call ends with.</summary>
    public static async Task<T> FailAsync<T>(
        this IChatClient client, bool streamed, ChatOptions? options = null, IEnumerable<ChatMessage>? messages = null,
        CancellationToken cancellationToken = default)
        where T : Exception
    {
        var ask = () => client.AskAsync(streamed, options, messages, cancellationToken).WaitAsync(Patience);
        return (await ask.Should().ThrowAsync<T>()).Which;
    }

    /// <summary>A router that tries its providers in the order given, each once unless the options say otherwise.</summary>
    public static Router InOrder(RouterOptions? options, params ILlmProvider[] providers) => InOrder(options, null, null, providers);

    public static Router InOrder(
        RouterOptions? options, TimeProvider? time, Microsoft.Extensions.Logging.ILoggerFactory? logs, params ILlmProvider[] providers)
    {
        options ??= new RouterOptions();
        options.Strategy = RoutingStrategy.FirstAvailable;
        // What was set by the test stays, even if it is the default's equal.
        if (ReferenceEquals(options.Retry, RetryOptions.Default))
            options.Retry = RetryOptions.None;
        var router = new Router(options, logs, time);
        foreach (var provider in providers)
            router.AddProvider(provider);
        return router;
    }

    /// <summary>Polls until something is so.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            i.Should().BeLessThan(2000, "the condition should come true within ten seconds");
            await Task.Delay(5);
        }
    }
}
