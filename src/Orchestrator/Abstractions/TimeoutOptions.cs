namespace Orchestrator;

/// <summary>The time-outs of calls and attempts. Every value is optional: for <see langword="null"/> the next less specific place
/// decides.</summary>
/// <remarks>
/// The order is: the request, the provider's options in the router, the provider itself, the router. Time-outs count the time that a
/// provider takes, not the time that the consumer of a stream holds an update. <see cref="Timeout.InfiniteTimeSpan"/> switches one off.
/// A limit that a request makes tighter than the provider's own does not count against the provider's health.
/// </remarks>
public sealed record TimeoutOptions
{
    private readonly TimeSpan? _connect, _firstToken, _idle, _attempt, _call, _stream;

    /// <summary>The router's own values when nothing else is set.</summary>
    /// <value>Connect 5 s, first token 10 s, idle 30 s, attempt 60 s, call 120 s, stream 10 min.</value>
    public static TimeoutOptions Default { get; } = new()
    {
        Connect = TimeSpan.FromSeconds(5),
        FirstToken = TimeSpan.FromSeconds(10),
        Idle = TimeSpan.FromSeconds(30),
        Attempt = TimeSpan.FromSeconds(60),
        Call = TimeSpan.FromSeconds(120),
        Stream = TimeSpan.FromMinutes(10),
    };

    /// <summary>Time to a connection, TLS included, until the request can be sent. Enforced by the HTTP providers of this library; others
    /// are given it in <see cref="LlmRequest.Timeouts"/> when it is not the default. A client that is handed in with handlers of its own
    /// has only the time-out that its handler sets: the time to connect cannot be measured there.</summary>
    /// <value>5 s at the router.</value>
    public TimeSpan? Connect { get => _connect; init => _connect = Checked(value, nameof(Connect)); }

    /// <summary>Time to the first content of a streamed attempt, enforced only while another candidate is untried. Progress without
    /// content, such as a piece of a tool call, restarts it.</summary>
    /// <value>10 s at the router.</value>
    public TimeSpan? FirstToken { get => _firstToken; init => _firstToken = Checked(value, nameof(FirstToken)); }

    /// <summary>Time after the last content or progress of a streamed attempt, from its first content on.</summary>
    /// <value>30 s at the router.</value>
    public TimeSpan? Idle { get => _idle; init => _idle = Checked(value, nameof(Idle)); }

    /// <summary>Time of one attempt: until its first content for a live stream, until its end for a buffered call.</summary>
    /// <value>60 s at the router.</value>
    public TimeSpan? Attempt { get => _attempt; init => _attempt = Checked(value, nameof(Attempt)); }

    /// <summary>Time of the whole call over all attempts, counted like <see cref="Attempt"/>.</summary>
    /// <value>120 s at the router.</value>
    public TimeSpan? Call { get => _call; init => _call = Checked(value, nameof(Call)); }

    /// <summary>Time of a live stream after its first content.</summary>
    /// <value>10 min at the router.</value>
    public TimeSpan? Stream { get => _stream; init => _stream = Checked(value, nameof(Stream)); }

    internal TimeoutOptions Over(TimeoutOptions? less) => less is null ? this : new()
    {
        Connect = Connect ?? less.Connect,
        FirstToken = FirstToken ?? less.FirstToken,
        Idle = Idle ?? less.Idle,
        Attempt = Attempt ?? less.Attempt,
        Call = Call ?? less.Call,
        Stream = Stream ?? less.Stream,
    };

    private static TimeSpan? Checked(TimeSpan? value, string name) =>
        value is { } v && v <= TimeSpan.Zero && v != Timeout.InfiniteTimeSpan
            ? throw new ArgumentOutOfRangeException(name, v, $"{name} must be longer than zero, or Timeout.InfiniteTimeSpan for no limit.")
            : value;
}
