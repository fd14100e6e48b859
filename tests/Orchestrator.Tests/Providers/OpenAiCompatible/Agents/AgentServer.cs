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

    public AgentServer(OpenAiDialect dialect, string name = "vendor")
    {
        Name = name;
        Server = new FakeOpenAiServer { Dialect = dialect, Strict = true, Respond = Answer };
        Provider = new OpenAiCompatibleProvider(name, WallDialects.OptionsFor(dialect, Server.BaseUrl, "m", "key-of-" + name));
    }

    public string Name { get; }

    public FakeOpenAiServer Server { get; }

    public OpenAiCompatibleProvider Provider { get; }

    /// <summary>The requests that got as far as the model.</summary>
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
        lock (Asked)
            Asked.Add(body);
        var round = RoundOf(body);
        var place = string.Create(CultureInfo.InvariantCulture, $$"""{"at":{{round}}}""");
        return round < Rounds
            ? new FakeReply("") { Reasoning = Thought(round), ToolCalls = [new("look", place), new("walk", place)] }
            : new FakeReply($"{Name} is done");
    }
}
