using System.Globalization;
using System.Text.Json;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Wall;

namespace Orchestrator.Tests.Providers.OpenAiCompatible.Agents;

/// <summary>A strict vendor whose model asks for two tools at once, ten times, and then has an answer; and its provider.</summary>
internal sealed class AgentServer : IAsyncDisposable
{
    public const int Rounds = 10;

    private readonly int[] _failsAt;
    private readonly bool _thinks;

    /// <param name="dialect">Whose server it is.</param>
    /// <param name="name">The provider's name.</param>
    /// <param name="failsAt">The rounds in which the vendor has an error instead of an answer.</param>
    public AgentServer(OpenAiDialect dialect, string name = "vendor", params int[] failsAt)
    {
        Name = name;
        _failsAt = failsAt;
        // OpenAI shows no thoughts in this protocol, and takes none.
        _thinks = dialect is not (OpenAiDialect.OpenAi or OpenAiDialect.Azure);
        Server = new FakeOpenAiServer { Dialect = dialect, Strict = true, Respond = Answer };
        Server.ChooseFault = r => _failsAt.Contains(RoundOf(r.Json!.Value)) ? Fault.Error(LlmErrorKind.ServerError) : null;
        Provider = new OpenAiCompatibleProvider(name, WallDialects.OptionsFor(dialect, Server.BaseUrl, "m", "key-of-" + name));
    }

    public string Name { get; }

    public FakeOpenAiServer Server { get; }

    public OpenAiCompatibleProvider Provider { get; }

    /// <summary>The requests that the model has answered.</summary>
    public List<JsonElement> Asked { get; } = [];

    /// <summary>How many rounds of tools a request has behind it.</summary>
    public static int RoundOf(JsonElement request) => Turns(request).Count;

    /// <summary>The assistant's turns with calls.</summary>
    public static List<JsonElement> Turns(JsonElement request) =>
        [.. request.GetProperty("messages").EnumerateArray().Where(m => m.TryGetProperty("tool_calls", out _))];

    /// <summary>What the vendor's model thinks in a round; with the vendor's name, so that it is known anywhere.</summary>
    public string Thought(int round) => string.Create(CultureInfo.InvariantCulture, $"thought of {Name} in round {round}");

    public async ValueTask DisposeAsync()
    {
        Provider.Dispose();
        await Server.DisposeAsync();
    }

    private FakeReply Answer(CapturedRequest request)
    {
        var body = request.Json!.Value;
        var round = RoundOf(body);
        if (!_failsAt.Contains(round))
        {
            lock (Asked)
                Asked.Add(body);
        }

        var place = string.Create(CultureInfo.InvariantCulture, $$"""{"at":{{round}}}""");
        return round < Rounds
            ? new FakeReply("") { Reasoning = _thinks ? Thought(round) : null, ToolCalls = [new("look", place), new("walk", place)] }
            : new FakeReply($"{Name} is done");
    }
}
