using System.Diagnostics;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>One request: the messages, the caller's options, and what the router should know about it. Immutable.</summary>
/// <remarks>Thread-safe. A provider of another library gets a copy for each attempt, so that its changes to options, messages and their
/// lists affect no other attempt. The contents of the messages are shared, and a message of a derived class becomes a plain one.
/// <see cref="ToString"/> shows no message text.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed record LlmRequest
{
    private IReadOnlyList<ChatMessage> _messages = null!;

    // Set in a copy for a foreign provider: the messages are copied at the first access.
    private volatile bool _isLent;

    /// <summary>A request with a single user message.</summary>
    /// <param name="prompt">The text; not empty.</param>
    /// <exception cref="ArgumentNullException"><paramref name="prompt"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="prompt"/> is empty or white space.</exception>
    public LlmRequest(string prompt)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(prompt);
        Messages = [new ChatMessage(ChatRole.User, prompt)];
    }

    /// <summary>A request with a conversation.</summary>
    /// <param name="messages">The messages, oldest first; at least one, none null. The list is copied, the messages are not.</param>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="messages"/> is empty or holds a null.</exception>
    public LlmRequest(IEnumerable<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Messages = Checked([.. messages]);
    }

    /// <summary>The conversation, oldest message first.</summary>
    public IReadOnlyList<ChatMessage> Messages
    {
        get => _isLent ? Own() : _messages;
        init => (_messages, _isLent) = (Checked(value), false);
    }

    /// <summary>The caller's options. Providers of this library read the original; any other gets a copy for each attempt.</summary>
    /// <value><see langword="null"/>: the vendor's defaults.</value>
    public ChatOptions? Options { get; init; }

    /// <summary>Whether the provider should stream. Set by the router for each attempt; set it yourself to have a buffered call collected
    /// from a stream.</summary>
    /// <value><see langword="false"/>.</value>
    public bool Streaming { get; init; }

    /// <summary>Labels of your own, copied to every <see cref="LlmAttempt"/>; never sent to a vendor and never a metric label.
    /// A provider of another library can read but not change them.</summary>
    /// <value><see langword="null"/>: none.</value>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Time-outs for this call: the most specific of all.</summary>
    /// <value><see langword="null"/>: those of provider and router.</value>
    public TimeoutOptions? Timeouts { get; init; }

    /// <summary>This request for one attempt of a provider that may change what it is given.</summary>
    /// <exception cref="LlmException">The options cannot be copied.</exception>
    internal LlmRequest CopyFor(bool streaming, TimeoutOptions? limits) =>
        this with
        {
            Streaming = streaming,
            Timeouts = limits,
            Options = RequestCopy.Of(Options),
            Tags = RequestCopy.Of(Tags),
            _isLent = true,
        };

    /// <summary>How many messages and which mode; no text.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"LlmRequest {{ Messages = {_messages.Count}, Streaming = {Streaming} }}";

    private List<ChatMessage> Own()
    {
        var copy = RequestCopy.Of(_messages);
        (_messages, _isLent) = (copy, false);
        return copy;
    }

    private static IReadOnlyList<ChatMessage> Checked(IReadOnlyList<ChatMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
            throw new ArgumentException("A request needs at least one message; the list was empty.", nameof(messages));
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i] is null)
                throw new ArgumentException($"A request needs messages; the one at position {i} was null.", nameof(messages));
        }

        return messages;
    }
}
