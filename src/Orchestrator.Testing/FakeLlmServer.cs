namespace Orchestrator.Testing;

/// <summary>
/// The base of the fake vendors: a server that speaks a vendor's protocol over real sockets, answers what it is told, goes wrong by
/// script, and remembers what it was asked.
/// </summary>
/// <remarks>Thread-safe. The script is consumed one entry for each chat request, in the order they arrive; other requests are not
/// counted.</remarks>
public abstract class FakeLlmServer : IAsyncDisposable
{
    private readonly FaultServer _server;
    private readonly FaultServerOptions _options;
    private readonly Lock _lock = new();
    private readonly Queue<CapturedRequest> _requests = [];
    private readonly Queue<(Fault Fault, FakeReply? Reply)> _script = [];
    private readonly Dictionary<string, Queue<Fault>> _byPath = new(StringComparer.Ordinal);
    private readonly CountGate _chats;
    private FakeReply _reply = new();

    private protected FakeLlmServer(FaultServerOptions? options)
    {
        _options = options ?? new FaultServerOptions();
        _chats = new CountGate(_options.TimeProvider);
        _server = new FaultServer(ServeAsync, _options);
    }

    /// <summary>The server's root address.</summary>
    public Uri Address => _server.Address;

    /// <summary>The address to give to a provider as its base.</summary>
    public abstract Uri BaseUrl { get; }

    /// <summary>What the model says when the script holds nothing else.</summary>
    /// <value>A short greeting.</value>
    public FakeReply Reply
    {
        get => Volatile.Read(ref _reply);
        set => Volatile.Write(ref _reply, value ?? throw new ArgumentNullException(nameof(value)));
    }

    /// <summary>Makes the reply out of the request, instead of <see cref="Reply"/>.</summary>
    public Func<CapturedRequest, FakeReply>? Respond { get; set; }

    /// <summary>The fault of every chat request for which the script holds none.</summary>
    /// <value><see langword="null"/>: none.</value>
    public Fault? Always { get; set; }

    /// <summary>
    /// Chooses the fault of a chat request for which the script holds none, instead of <see cref="Always"/>; <see langword="null"/> for a
    /// good answer.
    /// </summary>
    public Func<CapturedRequest, Fault?>? ChooseFault { get; set; }

    /// <summary>The requests so far, chats and others.</summary>
    public IReadOnlyList<CapturedRequest> Requests
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    /// <summary>The last request.</summary>
    /// <exception cref="InvalidOperationException">There was none.</exception>
    public CapturedRequest LastRequest
    {
        get
        {
            lock (_lock)
            {
                return _requests.Count > 0
                    ? _requests.Last()
                    : throw new InvalidOperationException("The fake server was not asked anything yet.");
            }
        }
    }

    /// <summary>How many chat requests came.</summary>
    public int ChatCount => _chats.Count;

    /// <summary>How many connections were accepted.</summary>
    public int ConnectionCount => _server.ConnectionCount;

    /// <summary>How many connections are open.</summary>
    public int OpenCount => _server.OpenCount;

    /// <summary>How many connections clients have ended.</summary>
    public int DisconnectCount => _server.DisconnectCount;

    /// <summary>What went wrong in the fake itself, or in <see cref="Respond"/>. Empty when all is well.</summary>
    public IReadOnlyList<Exception> Errors => _server.Errors;

    /// <summary>Adds faults to the script, one for each of the next chat requests.</summary>
    /// <param name="faults">The faults; <see cref="Fault.None"/> for a good answer between them.</param>
    public void Enqueue(params Fault[] faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        lock (_lock)
        {
            foreach (var fault in faults)
                _script.Enqueue((fault, null));
        }
    }

    /// <summary>Adds an answer to the script.</summary>
    /// <param name="reply">What the model says.</param>
    /// <param name="fault">What goes wrong with it; <see langword="null"/> for nothing.</param>
    public void Enqueue(FakeReply reply, Fault? fault = null)
    {
        ArgumentNullException.ThrowIfNull(reply);
        lock (_lock)
            _script.Enqueue((fault ?? Fault.None, reply));
    }

    /// <summary>Adds faults for requests of another path than the chat's: probes, models.</summary>
    /// <param name="path">The path, such as <c>/v1/models</c>.</param>
    /// <param name="faults">The faults, one for each of the next requests of this path.</param>
    public void EnqueueFor(string path, params Fault[] faults)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(faults);
        lock (_lock)
        {
            if (!_byPath.TryGetValue(path, out var queue))
                _byPath[path] = queue = [];
            foreach (var fault in faults)
                queue.Enqueue(fault);
        }
    }

    /// <summary>Completes when this many chat requests have come since the start.</summary>
    /// <param name="count">How many.</param>
    /// <param name="limit">How long to wait; then a <see cref="TimeoutException"/> is thrown.</param>
    /// <returns>A task that completes when they came.</returns>
    public Task WhenAskedAsync(int count, TimeSpan limit) => _chats.WhenAsync(count, limit, $"{count} chat request(s)");

    /// <summary>Completes when clients have ended this many connections since the start.</summary>
    /// <param name="limit">How long to wait; then a <see cref="TimeoutException"/> is thrown.</param>
    /// <param name="count">How many.</param>
    /// <returns>A task that completes when it happened.</returns>
    public Task WhenDisconnectedAsync(TimeSpan limit, int count = 1) => _server.WhenDisconnectedAsync(limit, count);

    /// <summary>Stops the server and closes its connections.</summary>
    /// <returns>A task that completes when nothing is left.</returns>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _server.DisposeAsync();
    }

    /// <summary>The clock.</summary>
    private protected TimeProvider Time => _options.TimeProvider;

    /// <summary>The content type of a stream.</summary>
    internal abstract string StreamType { get; }

    /// <summary>How a line of a stream begins whose text goes on and on.</summary>
    internal abstract string LineStart { get; }

    /// <summary>Something in a stream that means nothing.</summary>
    internal abstract string Comment { get; }

    /// <summary>JSON as an event of a stream.</summary>
    internal abstract string LineOf(string json);

    /// <summary>The vendor's error of a kind.</summary>
    internal abstract VendorError ErrorOf(LlmErrorKind kind, string? message, CapturedRequest request);

    /// <summary>The vendor's error with a status.</summary>
    internal abstract VendorError ErrorOf(int status, CapturedRequest request);

    /// <summary>The vendor's error inside a stream, and what it still sends after it.</summary>
    internal abstract IEnumerable<ReadOnlyMemory<byte>> ErrorEvents(LlmErrorKind kind, string? message, CapturedRequest request);

    /// <summary>Puts another reply into the plan of a chat.</summary>
    internal abstract void Rewrite(ReplyPlan plan, CapturedRequest request, FakeReply reply);

    /// <summary>Whether a request asks for a chat, and so takes the next entry of the script.</summary>
    private protected abstract bool IsChat(CapturedRequest request);

    /// <summary>The vendor's answer to any request, errors for bad ones included. The reply is what a model would say.</summary>
    private protected abstract ReplyPlan Answer(CapturedRequest request, FakeReply reply);

    /// <summary>An answer is out, or its connection has ended.</summary>
    private protected virtual void Answered(CapturedRequest request)
    {
        // Most vendors do not count what is open.
    }

    private async Task ServeAsync(FaultConnection connection)
    {
        while (await connection.ReadRequestAsync().ConfigureAwait(false) is { } request)
        {
            var isChat = IsChat(request);
            var (fault, scripted) = Take(request, isChat);
            if (isChat)
                _chats.Increment();
            var plan = Answer(request, scripted ?? (isChat ? Respond?.Invoke(request) : null) ?? Reply);
            fault?.Apply(plan, new FaultContext(this, request));
            try
            {
                if (!await ReplySender.SendAsync(connection, request, plan).ConfigureAwait(false))
                    return;
            }
            finally
            {
                Answered(request);
            }
        }
    }

    private (Fault? Fault, FakeReply? Reply) Take(CapturedRequest request, bool isChat)
    {
        lock (_lock)
        {
            _requests.Enqueue(request);
            if (_requests.Count > _options.MaxRequests)
                _requests.Dequeue();
            if (!isChat)
                return (_byPath.TryGetValue(request.Path, out var queue) && queue.TryDequeue(out var fault) ? fault : null, null);
            if (_script.TryDequeue(out var entry))
                return entry;
        }

        return (ChooseFault is { } choose ? choose(request) : Always, null);
    }
}
