using System.Globalization;
using System.Text.Json;
using Orchestrator;
using Orchestrator.Testing;

// Runs the fakes as servers of their own, for clients in other languages:
//   dotnet run --project tests/Orchestrator.FakeHost -- --openai 18080 --ollama 11435 --gigachat 18081 --deepseek 18090 --mistral 18091
// A dialect of OpenAI's protocol is served, strictly, when it is named: a member of OpenAiDialect in small letters.
// Port 0 takes a free one. The addresses are printed as one line of JSON; the end of standard input stops the host.
// The model asked for decides what goes wrong, so that a client needs no other channel.
var openAi = new FakeOpenAiServer(new FaultServerOptions { Port = PortOf("--openai") })
{
    ApiKey = "sk-fake-0123456789",
    Respond = request => ReplyOf(ModelOf(request)),
};
var ollama = new FakeOllamaServer(new FaultServerOptions { Port = PortOf("--ollama") })
{
    Models =
    [
        new("llama3.2"),
        new("deepseek-r1") { Family = "qwen2", Capabilities = ["completion", "thinking"] },
        new("all-minilm") { Family = "bert", Capabilities = ["embedding"] },
        .. Names().Select(n => new FakeOllamaModel(n)),
    ],
    Respond = request => ReplyOf(ModelOf(request)),
};
var gigaChat = new FakeGigaChatServer(new FaultServerOptions { Port = PortOf("--gigachat") })
{
    User = "anna",
    Password = "fake-password",
    Balance = [new("GigaChat", 900_000), new("GigaChat-2-Pro", 991_490)],
    Models = [new("GigaChat"), new("GigaChat-2-Pro"), new("Embeddings", "embedder"), .. Names().Select(n => new FakeGigaChatModel(n))],
    Respond = request => ReplyOf(ModelOf(request)),
};
var dialects = Enum.GetValues<OpenAiDialect>().Where(d => d != OpenAiDialect.OpenAi && args.Contains(OptionOf(d)))
    .Select(d => new FakeOpenAiServer(new FaultServerOptions { Port = PortOf(OptionOf(d)) })
    {
        Dialect = d,
        Strict = true,
        Respond = request => ReplyOf(ModelOf(request)),
        ChooseFault = request => FaultOf(ModelOf(request)),
    })
    .ToList();
openAi.ChooseFault = ollama.ChooseFault = gigaChat.ChooseFault = request => FaultOf(ModelOf(request));

await using (openAi)
await using (ollama)
await using (gigaChat)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $$"""{"openai":"{{openAi.BaseUrl}}","ollama":"{{ollama.BaseUrl}}", """
        + $$""" "gigachat":"{{gigaChat.BaseUrl}}","gigachatAuth":"{{gigaChat.AuthUrl}}"{{string.Concat(dialects.Select(Shown))}}}"""));
    while (await Console.In.ReadLineAsync() is { } line)
    {
        if (line == "counts")
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $$"""{"openaiDisconnects":{{openAi.DisconnectCount}},"ollamaDisconnects":"""
                    + $$"""{{ollama.DisconnectCount}},"gigachatDisconnects":{{gigaChat.DisconnectCount}},"gigachatTokens":"""
                    + $$"""{{gigaChat.TokenRequestCount}},"errors":{{ErrorCount()}}}"""));
        else if (line == "expire")
            gigaChat.ExpireTokens();
    }
}

foreach (var server in dialects)
    await server.DisposeAsync();
return ErrorCount() == 0 ? 0 : 1;

int ErrorCount() => openAi.Errors.Count + ollama.Errors.Count + gigaChat.Errors.Count + dialects.Sum(d => d.Errors.Count);

static string OptionOf(OpenAiDialect dialect) => $"--{dialect.ToString().ToLowerInvariant()}";

static string Shown(FakeOpenAiServer server) => $",\"{server.Dialect.ToString().ToLowerInvariant()}\":\"{server.BaseUrl}\"";

int PortOf(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 0;
}

static string ModelOf(CapturedRequest request) =>
    request.Json is { ValueKind: JsonValueKind.Object } body && body.TryGetProperty("model", out var model)
        && model.ValueKind == JsonValueKind.String
        ? model.GetString()!
        : "";

static string[] Names() => ["slow", "limited", "broken", "error-inside", "cut", "tools", "cyrillic", "refused"];

static FakeReply ReplyOf(string model) => model switch
{
    "tools" => new FakeReply("")
    {
        ToolCalls = [new("get_weather", """{"city":"Paris","unit":"celsius"}"""), new("get_time", """{"zone":"Europe/Paris"}""")]
    },
    "refused" => new FakeReply("Не люблю менять тему разговора.") { FinishReason = "blacklist" },
    "cyrillic" => new FakeReply("Небо голубое 🌤️ из-за рассеяния света."),
    "deepseek-r1" => new FakeReply("Four.") { Reasoning = "Two and two make four." },
    "slow" => new FakeReply(string.Join(' ', Enumerable.Repeat("word", 1000))) { EventDelay = TimeSpan.FromMilliseconds(20) },
    _ => new FakeReply("The sky is blue because of Rayleigh scattering.") { PromptTokens = 26, CompletionTokens = 9 },
};

static Fault? FaultOf(string model) => model switch
{
    "limited" => Fault.RateLimited("0"),
    "broken" => Fault.Error(LlmErrorKind.ServerError),
    "error-inside" => Fault.ErrorEvent(3),
    "cut" => Fault.CutAfterEvents(3, CutKind.Clean),
    _ => null,
};
