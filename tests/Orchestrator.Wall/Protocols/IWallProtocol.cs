namespace Orchestrator.Wall;

/// <summary>What the wall has to know of a vendor's protocol: its fake server, its provider, and how faults look in it.</summary>
/// <remarks>A fault the protocol cannot express is <see langword="null"/>; the scenario is skipped then, and says so.</remarks>
internal interface IWallProtocol
{
    /// <summary>The word for <c>--protocol</c>.</summary>
    string Name { get; }

    /// <summary>Starts a server that asks for <see cref="WallSecrets.ApiKey"/> where the protocol has keys.</summary>
    FakeLlmServer StartServer(FaultServerOptions options);

    /// <summary>A provider for a server, or for any other address.</summary>
    /// <param name="name">The provider's name.</param>
    /// <param name="address">The base address, as <see cref="FakeLlmServer.BaseUrl"/> has it.</param>
    /// <param name="model">The model to ask for.</param>
    /// <param name="clock">The clock of the run.</param>
    /// <param name="client">The client, where a scenario needs one of its own; <see langword="null"/> for the provider's default.</param>
    ILlmProvider CreateProvider(string name, Uri address, string model, TimeProvider clock, HttpClient? client = null);

    /// <summary>The base address on a port where something else than a good server listens.</summary>
    Uri BaseOf(Uri root);

    /// <summary>How many events a stream has sent when this many words are out.</summary>
    int EventsOf(int words);

    /// <summary>An event of a stream, line ends included, whose JSON is broken.</summary>
    string BrokenEvent { get; }

    /// <summary>An event of a stream, line ends included, that goes on with the answer and says nothing.</summary>
    string EmptyEvent { get; }

    /// <summary>A good answer whose end mark never comes while the connection stays open.</summary>
    Fault? MissingEndMark { get; }

    /// <summary>The refusal of a request for its content, with a status.</summary>
    Fault? ContentPolicy { get; }

    /// <summary>The refusal of a conversation that ends with the assistant's own words.</summary>
    Fault RefusesPrefill { get; }

    /// <summary>Whether a conversation ends with the assistant's own words.</summary>
    bool HasPrefill(CapturedRequest request);

    /// <summary>Whether a request asks for an answer, and so is an attempt.</summary>
    bool IsChat(CapturedRequest request);

    /// <summary>Streams that are odd or wrong in their values: a crash is the only wrong result.</summary>
    IEnumerable<OddStream> OddStreams { get; }

    /// <summary>
    /// Limits instead of the provider's own: those of a vendor whose models run at home are longer than the wall's patience.
    /// </summary>
    TimeoutOptions? Timeouts => null;

    /// <summary>How many attempts may run at once, instead of what the vendor's accounts allow: scenarios of many calls are about faults,
    /// not about queues. <see langword="null"/> for the provider's own number.</summary>
    int? MaxConcurrency => null;

    /// <summary>What an answer calls the model that was asked for.</summary>
    string AnsweredModel(string model) => model;

    /// <summary>How tokens that expire are seen; <see langword="null"/> for a protocol whose keys do not.</summary>
    IWallTokens? Tokens => null;
}

/// <summary>A protocol with access tokens that the provider fetches and renews.</summary>
internal interface IWallTokens
{
    /// <summary>Makes every token given out so far invalid.</summary>
    void Expire(FakeLlmServer server);

    /// <summary>How many tokens were asked for.</summary>
    int CountOf(FakeLlmServer server);
}

/// <summary>A stream by its bytes.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="Body">The bytes of the body.</param>
/// <param name="Text">The answer it means; <see langword="null"/> when an error is as good.</param>
internal sealed record OddStream(string Name, byte[] Body, string? Text);
