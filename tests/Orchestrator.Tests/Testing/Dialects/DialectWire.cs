using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Testing.Dialects;

/// <summary>A strict fake of a dialect, asked with raw HTTP.</summary>
internal sealed class DialectWire : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });

    public DialectWire(OpenAiDialect dialect) => Server = new FakeOpenAiServer { Dialect = dialect, Strict = true };

    public FakeOpenAiServer Server { get; }

    /// <summary>The body of a request: a user's word, or other messages, and further options.</summary>
    public static string Body(string? messages = null, string options = "", string model = "m") =>
        $$"""{"model":"{{model}}","messages":[{{messages ?? """{"role":"user","content":"x"}"""}}]"""
        + (options.Length == 0 ? "}" : $",{options}}}");

    /// <summary>A user's word, a call of the assistant's, and its result.</summary>
    public static string Step(string id, string extra = "", string ofCall = "") =>
        """{"role":"user","content":"x"},{"role":"assistant","content":null"""
        + $$"""{{extra}},"tool_calls":[{"id":"{{id}}","type":"function","function":{"name":"look","arguments":"{}"}{{ofCall}}}]},"""
        + $$"""{"role":"tool","tool_call_id":"{{id}}","content":"y"}""";

    public static string Tool(string parameters, string name = "look") =>
        $$"""
        "tools":[{"type":"function","function":{"name":"{{name}}","parameters":{{parameters}}
        """ + "}}]";

    public async Task<(int Status, string Text)> AskAsync(string body, Action<HttpRequestHeaders>? headers = null, string? path = null)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            path is null ? new Uri($"{Server.BaseUrl.ToString().TrimEnd('/')}/chat/completions") : new Uri(Server.Address, path))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        headers?.Invoke(request.Headers);
        using var response = await _client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The chunks of a stream.</summary>
    public async Task<List<JsonElement>> StreamAsync(string? messages = null, string options = "")
    {
        var (status, text) = await AskAsync(Body(messages, options.Length == 0 ? "\"stream\":true" : $"\"stream\":true,{options}"));
        status.Should().Be(200, text);
        text.Should().EndWith("data: [DONE]\n\n");
        return [.. text.Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal))
            .Select(l => JsonDocument.Parse(l["data: ".Length..]).RootElement)];
    }

    public async Task<JsonElement> WholeAsync(string? messages = null, string options = "")
    {
        var (status, text) = await AskAsync(Body(messages, options));
        status.Should().Be(200, text);
        return JsonDocument.Parse(text).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        Server.Errors.Should().BeEmpty();
        await Server.DisposeAsync();
    }
}
