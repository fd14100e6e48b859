using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers.Http;
using static Orchestrator.Tests.DependencyInjection.Settings;

namespace Orchestrator.Tests.Providers.Options;

/// <summary>The presets: where a server is, whose key it takes, and what its requests look like.</summary>
public class PresetTests
{
    private const string Secret = "k-s3cr3t-0123456789";

    private static readonly Dictionary<string, Func<string, string?, OpenAiCompatibleOptions>> Cloud = new()
    {
        ["DeepSeek"] = OpenAiCompatibleOptions.DeepSeek,
        ["Gemini"] = OpenAiCompatibleOptions.Gemini,
        ["Groq"] = OpenAiCompatibleOptions.Groq,
        ["Mistral"] = OpenAiCompatibleOptions.Mistral,
        ["Moonshot"] = OpenAiCompatibleOptions.Moonshot,
        ["OpenRouter"] = OpenAiCompatibleOptions.OpenRouter,
        ["XAi"] = OpenAiCompatibleOptions.XAi,
        ["Perplexity"] = OpenAiCompatibleOptions.Perplexity,
        ["Qwen"] = OpenAiCompatibleOptions.Qwen,
        ["Together"] = OpenAiCompatibleOptions.Together,
    };

    private static readonly Dictionary<string, Func<string, Uri?, string?, OpenAiCompatibleOptions>> Own = new()
    {
        ["Vllm"] = OpenAiCompatibleOptions.Vllm,
        ["SgLang"] = OpenAiCompatibleOptions.SgLang,
        ["LlamaCpp"] = OpenAiCompatibleOptions.LlamaCpp,
        ["LmStudio"] = OpenAiCompatibleOptions.LmStudio,
        ["Tgi"] = OpenAiCompatibleOptions.Tgi,
    };

    public static TheoryData<string, string, string, string> Servers => new()
    {
        { "DeepSeek", "deepseek", "https://api.deepseek.com/chat/completions", "DEEPSEEK_API_KEY" },
        { "Gemini", "google", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", "GEMINI_API_KEY" },
        { "Gemini", "google", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", "GOOGLE_API_KEY" },
        { "Groq", "groq", "https://api.groq.com/openai/v1/chat/completions", "GROQ_API_KEY" },
        { "Mistral", "mistral", "https://api.mistral.ai/v1/chat/completions", "MISTRAL_API_KEY" },
        { "Moonshot", "moonshot", "https://api.moonshot.ai/v1/chat/completions", "MOONSHOT_API_KEY" },
        { "OpenRouter", "openrouter", "https://openrouter.ai/api/v1/chat/completions", "OPENROUTER_API_KEY" },
        { "XAi", "xai", "https://api.x.ai/v1/chat/completions", "XAI_API_KEY" },
        { "Perplexity", "perplexity", "https://api.perplexity.ai/chat/completions", "PERPLEXITY_API_KEY" },
        { "Qwen", "qwen", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions", "DASHSCOPE_API_KEY" },
        { "Together", "together", "https://api.together.ai/v1/chat/completions", "TOGETHER_API_KEY" },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_preset_knows_address_vendor_and_variable(string preset, string vendor, string address, string variable)
    {
        var options = Cloud[preset]("m", Secret);
        (options.Vendor, options.Model).Should().Be((vendor, "m"));
        (await SentAsync(options)).Should().Be((address, $"Bearer {Secret}", null));

        // In configuration, by the variable.
        using var container = Container(
            $$"""{ "Providers": [ { "Name": "a", "Type": "openai", "Preset": "{{preset}}", "Model": "m" } ] }""",
            environment: Variables(
                (variable, Secret), ("OPENAI_API_KEY", "sk-of-openai"), ("OPENAI_BASE_URL", "http://elsewhere.test/v1")));
        var info = ((Router)container.GetService(typeof(Router))!).Providers.Single();
        (info.Vendor, info.Endpoint).Should().Be((vendor, new Uri(new Uri(address).GetLeftPart(UriPartial.Authority))));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public void Without_a_key_the_message_names_the_variable(string preset, string vendor, string address, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is not null)
            return;
        var act = () => Cloud[preset]("m", null);
        act.Should().Throw<InvalidOperationException>()
            .WithMessage($"*{variable}*is not set, and {new Uri(address).Host} answers no request*");

        Problems($$"""{ "Providers": [ { "Name": "a", "Type": "openai", "Preset": "{{preset}}", "Model": "m" } ] }""",
            Variables(("OPENAI_API_KEY", "sk-of-openai")))
            .Should().ContainSingle().Which.Should().Match($"Llm:Providers:0:ApiKey is missing*{variable}*", vendor);
    }

    [Theory]
    [InlineData("Vllm", "vllm", "http://localhost:8000/v1")]
    [InlineData("SgLang", "sglang", "http://localhost:30000/v1")]
    [InlineData("LlamaCpp", "llamacpp", "http://localhost:8080/v1")]
    [InlineData("LmStudio", "lmstudio", "http://localhost:1234/v1")]
    [InlineData("Tgi", "tgi", "http://localhost:8080/v1")]
    public async Task A_server_of_ones_own_needs_no_key(string preset, string vendor, string address)
    {
        var options = Own[preset]("m", null, null);
        (options.Vendor, options.BaseUrl).Should().Be((vendor, new Uri(address)));
        (await SentAsync(options)).Should().Be(($"{address}/chat/completions", null, null));

        var mine = Own[preset]("m", new Uri("http://gpu:9000/v1"), Secret);
        (await SentAsync(mine)).Should().Be(("http://gpu:9000/v1/chat/completions", $"Bearer {Secret}", null));
        Entries($$"""{ "Providers": [ { "Name": "a", "Type": "openai", "Preset": "{{preset}}", "Model": "m" } ] }""")[0].Info.Vendor
            .Should().Be(vendor);
    }

    [Theory]
    [InlineData("https://r.openai.azure.com", null, "https://r.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.com/", null, "https://r.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.com/openai/v1/", null, "https://r.openai.azure.com/openai/v1/chat/completions")]
    [InlineData("https://r.openai.azure.com", "2024-10-21",
        "https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21")]
    public async Task Azure_has_two_addresses_and_a_header_of_its_own(string endpoint, string? version, string address)
    {
        var options = OpenAiCompatibleOptions.Azure(new Uri(endpoint), "my gpt", Secret, version);
        options.Vendor.Should().Be("azure");
        (await SentAsync(options)).Should().Be((address, null, Secret));
        options.ToString().Should().NotContain(Secret);

        var versionKey = version is null ? "" : $", \"ApiVersion\": \"{version}\"";
        var entry = $$"""
            { "Name": "a", "Type": "openai", "Preset": "Azure", "Model": "my gpt", "BaseUrl": "{{endpoint}}"{{versionKey}} }
            """;
        using var container = Container($$"""{ "Providers": [ {{entry}} ] }""", environment: Variables(("AZURE_OPENAI_API_KEY", Secret)));
        ((Router)container.GetService(typeof(Router))!).Providers.Single().Endpoint.Should().Be(new Uri("https://r.openai.azure.com"));
    }

    [Fact]
    public void Azure_needs_an_address()
    {
        Problems("""{ "Providers": [ { "Name": "a", "Type": "openai", "Preset": "azure", "Model": "gpt", "ApiKey": "k" } ] }""").Should()
            .ContainSingle().Which.Should().Contain("Llm:Providers:0:BaseUrl is missing; it must be the address of the Azure resource");
        var act = () => OpenAiCompatibleOptions.Azure(new Uri("https://r.openai.azure.com/?x=1"), "gpt", "k");
        act.Should().Throw<ArgumentException>().WithMessage("endpoint has a query*");
    }

    [Fact]
    public void The_key_of_a_variable_goes_to_the_vendor_only()
    {
        string Entry(string address) => $$"""
            { "Providers": [ { "Name": "a", "Type": "openai", "Preset": "Moonshot", "Model": "m", "BaseUrl": "{{address}}" } ] }
            """;
        foreach (var (address, isAsked) in new[]
        {
            ("https://api.moonshot.cn/v1", true), ("http://api.moonshot.cn/v1", false), ("https://moonshot.ai.evil.test/v1", false),
            ("http://localhost:9/v1", false),
        })
        {
            var asked = false;
            using var container = Container(Entry(address), environment: name =>
            {
                asked |= name == "MOONSHOT_API_KEY";
                return name == "MOONSHOT_API_KEY" ? Secret : null;
            });
            ((Router)container.GetService(typeof(Router))!).Providers.Should().HaveCount(1);
            asked.Should().Be(isAsked, address);
        }
    }

    [Theory]
    [InlineData("\"Preset\": \"DeepSeak\"", "Did you mean DeepSeek?")]
    [InlineData("\"Preset\": \"x-ai\", \"TakesName\": true", "TakesName is not a known key. Did you mean TakesNames?")]
    [InlineData("\"ToolCallIds\": \"NineLetters\"", "must be Any, AtMost40 or NineLettersAndDigits")]
    [InlineData("\"ExtraBody\": \"x\"", "ExtraBody must be a section with keys below it")]
    public void A_wrong_setting_is_explained(string keys, string problem) =>
        Problems($$"""{ "Providers": [ { "Name": "a", "Type": "openai", "Model": "m", "ApiKey": "k", {{keys}} } ] }""")
            .Should().ContainSingle().Which.Should().Contain(problem);

    [Fact]
    public void A_preset_as_a_type_is_explained() =>
        Problems("""{ "Providers": [ { "Name": "a", "Type": "deepseek", "Model": "m" } ] }""").Should().ContainSingle().Which
            .Should().Contain("was \"deepseek\"").And.Contain("write Type: openai and Preset: DeepSeek.");

    [Fact]
    public async Task Quirks_and_extra_fields_may_stand_in_configuration()
    {
        await using var server = new Orchestrator.Testing.FakeOpenAiServer();
        using var container = Container($$"""
            { "Providers": [ { "Name": "a", "Type": "openai", "Preset": "Mistral", "Model": "m", "ApiKey": "k",
              "BaseUrl": "{{server.BaseUrl}}", "TakesNames": true, "RequestUsage": true, "FieldNames": { "seed": "seed", "top_p": null },
              "ExtraBody": { "safe_prompt": true, "guardrails": [ { "level": 2.5 } ], "note": "x" } } ] }
            """);
        var router = (Router)container.GetService(typeof(Router))!;

        await router.RouteAsync(new LlmRequest([new ChatMessage(ChatRole.User, "hi") { AuthorName = "anna" }])
        {
            Options = new ChatOptions { Seed = 3, TopP = 0.5f, TopK = 9 },
        });

        var body = server.LastRequest.Json!.Value;
        body.GetProperty("messages")[0].GetProperty("name").GetString().Should().Be("anna");
        body.GetProperty("seed").GetInt32().Should().Be(3);
        (body.TryGetProperty("top_p", out _), body.TryGetProperty("top_k", out _)).Should().Be((false, false));
        body.GetProperty("safe_prompt").GetBoolean().Should().BeTrue();
        body.GetProperty("guardrails").GetRawText().Should().Be("""[{"level":2.5}]""");
        body.GetProperty("note").GetString().Should().Be("x");
    }

    [Fact]
    public void Empty_keys_and_models_are_refused()
    {
        var key = () => OpenAiCompatibleOptions.Groq("m", " ");
        var model = () => OpenAiCompatibleOptions.Groq("", "k");
        key.Should().Throw<ArgumentException>();
        model.Should().Throw<ArgumentException>();
    }

    /// <summary>Address, authorization and api-key of a request.</summary>
    private static async Task<(string Address, string? Authorization, string? Key)> SentAsync(OpenAiCompatibleOptions options)
    {
        (string, string?, string?) sent = default;
        using var handler = new OkHandler("openai", (request, _) =>
        {
            sent = (request.RequestUri!.AbsoluteUri, request.Headers.Authorization?.ToString(),
                request.Headers.TryGetValues("api-key", out var keys) ? keys.Single() : null);
            return Task.CompletedTask;
        });
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        await new OpenAiCompatibleProvider("p", options, client).ReadAsync(Reading.Buffered());
        return sent;
    }
}
