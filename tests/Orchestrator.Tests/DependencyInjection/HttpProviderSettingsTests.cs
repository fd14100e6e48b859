using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Testing;

namespace Orchestrator.Tests.DependencyInjection;

/// <summary>Configuration entries of the types openai and ollama, seen by the requests that follow from them.</summary>
public class HttpProviderSettingsTests
{
    [Fact]
    public async Task Every_key_of_an_openai_entry_is_used()
    {
        await using var server = new FakeOpenAiServer();
        await using var container = Settings.Container($$"""
            { "Providers": [ { "Name": "a", "Type": "openai", "Model": "gpt-x", "BaseUrl": "{{server.BaseUrl}}", "ApiKey": "k1",
              "AuthorizationScheme": "Api-Key", "Headers": { "X-Team": "red" }, "Vendor": "acme", "UseMaxCompletionTokens": true,
              "RequestUsage": false, "Capabilities": "tools, Structured-Output", "ContextWindow": 8192, "MalformedEvents": "throw" } ] }
            """);
        var router = container.GetRequiredService<Router>();

        await router.RouteAsync("hi", new ChatOptions { MaxOutputTokens = 7 });

        var info = router.Providers.Should().ContainSingle().Which;
        info.Should().BeEquivalentTo(new
        {
            Vendor = "acme",
            Model = "gpt-x",
            ContextWindow = 8192,
            Capabilities = ProviderCapabilities.Tools | ProviderCapabilities.StructuredOutput,
        });
        var request = server.LastRequest;
        request.Header("Authorization").Should().Be("Api-Key k1");
        request.Header("X-Team").Should().Be("red");
        request.Json!.Value.GetProperty("max_completion_tokens").GetInt32().Should().Be(7);
        request.Json!.Value.TryGetProperty("stream_options", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Every_key_of_an_ollama_entry_is_used()
    {
        await using var server = new FakeOllamaServer();
        await using var container = Settings.Container($$"""
            { "Providers": [ { "Name": "a", "Type": "ollama", "Model": "llama3.2", "BaseUrl": "{{server.BaseUrl}}", "ApiKey": "k1",
              "ContextLength": 8192, "KeepAlive": "infinite", "Think": false, "Truncate": false, "Capabilities": "None",
              "ModelOptions": { "repeat_penalty": 1.1, "num_gpu": 0 }, "MalformedEvents": "SkipOne" } ] }
            """);
        var router = container.GetRequiredService<Router>();

        await router.RouteAsync("hi");

        router.Providers[0].Capabilities.Should().Be(ProviderCapabilities.None);
        router.Providers[0].ContextWindow.Should().Be(8192);
        server.LastRequest.Header("Authorization").Should().Be("Bearer k1");
        var json = server.LastRequest.Json!.Value;
        json.GetProperty("keep_alive").GetString().Should().Be("-1s");
        json.GetProperty("think").GetBoolean().Should().BeFalse();
        json.GetProperty("truncate").GetBoolean().Should().BeFalse();
        var options = json.GetProperty("options");
        options.GetProperty("num_ctx").GetInt32().Should().Be(8192);
        options.GetProperty("repeat_penalty").GetDouble().Should().Be(1.1);
        options.GetProperty("num_gpu").GetInt32().Should().Be(0);
    }

    [Theory]
    [InlineData("""{ "Preset": "yandex", "FolderId": "b1g", "ApiKey": "k", "Model": "qwen3/latest" }""", "yandexgpt",
        "gpt://b1g/qwen3/latest")]
    [InlineData("""{ "Preset": "cloudru", "ApiKey": "k" }""", "cloudru", "GigaChat/GigaChat-2-Max")]
    [InlineData("""{ "Preset": "cloud-ru", "ApiKey": "k", "Model": "x", "Vendor": "mine" }""", "mine", "x")]
    public void A_preset_fills_in_what_its_vendor_needs(string entry, string vendor, string model)
    {
        var info = Settings.Entries(Provider("openai", entry))[0].Info;

        (info.Vendor, info.Model).Should().Be((vendor, model));
    }

    [Theory]
    [InlineData("openai", """{ "ApiKey": "s3cr3t" }""",
        "Llm:Providers:0:Model is missing; it must be the model to ask, such as gpt-4o-mini.")]
    [InlineData("openai", """{ "Model": "m" }""",
        "Llm:Providers:0:ApiKey is missing, and api.openai.com answers no request without a key. Set it, or the environment variable " +
        "OPENAI_API_KEY; for another server set Llm:Providers:0:BaseUrl.")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "" }""",
        "Llm:Providers:0:ApiKey must be a text that is not empty, but was empty. Leave it out to use the environment variable "
        + "OPENAI_API_KEY.")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "s3cr3t\ns3cr3t" }""",
        "Llm:Providers:0:ApiKey holds a line end, which cannot go into an HTTP header. It was probably copied with something "
        + "around it; copy it again.")]
    [InlineData("openai", """{ "Model": "m", "BaseUrl": "me:s3cr3t@host" }""",
        "Llm:Providers:0:BaseUrl must be an absolute http or https address, such as https://api.openai.com/v1.")]
    [InlineData("openai", """{ "Model": "m", "BaseUrl": "https://me:s3cr3t@host" }""",
        "Llm:Providers:0:BaseUrl holds a user name or password; put credentials into their own setting, addresses appear in messages.")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "Headers": { "Authorization": "s3cr3t" } }""",
        "Llm:Providers:0:Headers:Authorization and ApiKey both set the Authorization header; remove one.")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "Headers": "X-Api: s3cr3t" }""",
        "Llm:Providers:0:Headers must be a section with keys below it, but was something else (not shown: it may be a secret).")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "AuthorizationScheme": "Bearer s3cr3t" }""",
        "Llm:Providers:0:AuthorizationScheme has a header name that is not a token of letters, digits and hyphens.")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "UseMaxCompletionTokens": "yes" }""",
        "Llm:Providers:0:UseMaxCompletionTokens must be true or false, but was \"yes\".")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "Capabilities": "Tools, Sound" }""",
        "Llm:Providers:0:Capabilities must be All, None, or some of Tools, Images, StructuredOutput and Reasoning with commas between, " +
        "but was something else (not shown: it may be a secret).")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "ContextWindow": 0 }""",
        "Llm:Providers:0:ContextWindow must be a whole number of at least 1, but was \"0\".")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "Preset": "sk-0123" }""",
        "Llm:Providers:0:Preset must be Azure, CloudRu, DeepSeek, Gemini, Groq, LlamaCpp, LmStudio, Mistral, Moonshot, OpenRouter, "
        + "Perplexity, Qwen, SgLang, Tgi, Together, Vllm, XAi or Yandex, but was something else (not shown: it may be a secret).")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "Preset": "yandex" }""",
        "Llm:Providers:0:FolderId is missing; it must be the id of the Yandex Cloud folder that the model is used from.")]
    [InlineData("openai", """{ "Preset": "cloudru" }""", "Llm:Providers:0:ApiKey is missing; it must be an API key of cloud.ru.")]
    [InlineData("openai", """{ "Model": "m", "ApiKey": "k", "Url": "http://x" }""",
        "Llm:Providers:0 has a key of 3 characters that is not known (not shown: it may be a secret). Known here: Aliases, "
        + "ApiKey, ApiKeyHeader, ApiVersion, AuthorizationScheme, BaseUrl, Capabilities, ContextWindow, ExtraBody, FieldNames, "
        + "Headers, MalformedEvents, MaxConcurrency, Model, Name, Preset, Price, QueueLimit, RequestUsage, RequiredCallMembers, "
        + "RequiredReasoningField, TakesDeveloperRole, TakesEmptyMessages, TakesJsonObject, TakesJsonSchema, TakesNames, "
        + "TakesRolesInAnyOrder, TakesStrict, TakesToolByName, TakesUserAfterTool, Timeouts, ToolCallIds, Type, "
        + "UseMaxCompletionTokens, Vendor.")]
    [InlineData("ollama", """{ }""", "Llm:Providers:0:Model is missing; it must be a model the server has, such as llama3.2.")]
    [InlineData("ollama", """{ "Model": "m", "BaseUrl": "localhost:11434" }""",
        "Llm:Providers:0:BaseUrl must be an absolute http or https address, such as http://localhost:11434.")]
    [InlineData("ollama", """{ "Model": "m", "BaseUrl": "https://ollama.com" }""",
        "Llm:Providers:0:ApiKey is missing, and ollama.com answers no request without a key. Set it, or the environment "
        + "variable OLLAMA_API_KEY.")]
    [InlineData("ollama", """{ "Model": "m", "KeepAlive": "5m" }""",
        "Llm:Providers:0:KeepAlive must be a time as hh:mm:ss or d.hh:mm:ss, zero or longer, or infinite, but was something "
        + "else (not shown: it may be a secret).")]
    [InlineData("ollama", """{ "Model": "m", "ModelOptions": { "top_k": "many" } }""",
        "Llm:Providers:0:ModelOptions:top_k must be a number, with a point, but was something else (not shown: it may be a secret).")]
    [InlineData("ollama", """{ "Model": "m", "ModelOptions": { "top_k": "" } }""",
        "Llm:Providers:0:ModelOptions has an entry without a value; each must have a text that is not empty.")]
    public void A_bad_entry_is_named_with_what_to_set_and_without_its_secrets(string type, string entry, string message)
    {
        var problems = Settings.Problems(Provider(type, entry));

        problems.Should().Equal(message);
        problems[0].Should().NotContain("s3cr3t");
    }

    [Fact]
    public async Task The_environment_fills_in_address_and_key_of_an_openai_entry()
    {
        await using var server = new FakeOpenAiServer();

        await AskAsync("openai", "{}", ("OPENAI_BASE_URL", $"{server.BaseUrl}"), ("OPENAI_API_KEY", "from-env"));

        server.LastRequest.Header("Authorization").Should().Be("Bearer from-env");
    }

    [Fact]
    public async Task The_environment_fills_in_address_and_key_of_an_ollama_entry()
    {
        await using var server = new FakeOllamaServer();

        await AskAsync("ollama", "{}", ("OLLAMA_HOST", $"0.0.0.0:{server.BaseUrl.Port}"), ("OLLAMA_API_KEY", "from-env"));

        server.LastRequest.Header("Authorization").Should().Be("Bearer from-env");
    }

    [Fact]
    public async Task The_entry_wins_over_the_environment()
    {
        await using var server = new FakeOpenAiServer();

        await AskAsync("openai", $$"""{ "BaseUrl": "{{server.BaseUrl}}", "ApiKey": "from-entry" }""",
            ("OPENAI_BASE_URL", "http://127.0.0.1:1/v1"), ("OPENAI_API_KEY", "from-env"));

        server.LastRequest.Header("Authorization").Should().Be("Bearer from-entry");
    }

    [Fact]
    public async Task A_key_of_the_environment_is_not_sent_to_another_server()
    {
        await using var openAi = new FakeOpenAiServer();
        await using var ollama = new FakeOllamaServer();

        await AskAsync("openai", $$"""{ "BaseUrl": "{{openAi.BaseUrl}}" }""", ("OPENAI_API_KEY", "from-env"));
        await AskAsync("ollama", $$"""{ "BaseUrl": "{{ollama.BaseUrl}}" }""", ("OLLAMA_API_KEY", "from-env"));

        openAi.LastRequest.Header("Authorization").Should().BeNull();
        ollama.LastRequest.Header("Authorization").Should().BeNull();
    }

    [Fact]
    public async Task A_key_of_the_environment_goes_with_its_own_address_wherever_that_is_written()
    {
        await using var server = new FakeOpenAiServer();

        await AskAsync("openai", $$"""{ "BaseUrl": "{{server.BaseUrl}}" }""",
            ("OPENAI_BASE_URL", $"{server.BaseUrl}/"), ("OPENAI_API_KEY", "from-env"));

        server.LastRequest.Header("Authorization").Should().Be("Bearer from-env");
    }

    [Theory]
    [InlineData("openai", "OPENAI_BASE_URL", "me:s3cr3t@host",
        "Llm:Providers:0:BaseUrl is not set. The environment variable OPENAI_BASE_URL must be an absolute http or https address, such as " +
        "https://api.openai.com/v1.")]
    [InlineData("openai", "OPENAI_API_KEY", "s3cr3t\ns3cr3t",
        "Llm:Providers:0:ApiKey is not set. The environment variable OPENAI_API_KEY holds a line end, which cannot go into an HTTP header. "
        + "It was probably copied with something around it; copy it again.")]
    [InlineData("ollama", "OLLAMA_HOST", "gpu:99999",
        "Llm:Providers:0:BaseUrl is not set. The environment variable OLLAMA_HOST must be an absolute http or https address, such as " +
        "localhost:11434 or http://localhost:11434.")]
    public void A_bad_variable_is_named_beside_the_key(string type, string variable, string value, string message) =>
        Settings.Problems(Provider(type, """{ "Model": "m" }"""), Settings.Variables((variable, value), ("OPENAI_API_KEY", "k")))
            .Should().Equal(message);

    [Fact]
    public void A_preset_takes_no_key_from_the_environment() =>
        Settings.Problems(Provider("openai", """{ "Preset": "cloudru" }"""), Settings.Variables(("OPENAI_API_KEY", "k")))
            .Should().ContainSingle();

    private static string Provider(string type, string entry)
    {
        var keys = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(entry)!;
        keys["Name"] = JsonSerializer.SerializeToElement("a");
        keys["Type"] = JsonSerializer.SerializeToElement(type);
        return $$"""{ "Providers": [ {{JsonSerializer.Serialize(keys)}} ] }""";
    }

    private static async Task AskAsync(string type, string entry, params (string Name, string Value)[] variables)
    {
        var keys = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(entry)!;
        keys["Model"] = JsonSerializer.SerializeToElement(type == "ollama" ? "llama3.2" : "gpt-4o-mini");
        await using var container = Settings.Container(
            Provider(type, JsonSerializer.Serialize(keys)), environment: Settings.Variables(variables));
        await container.GetRequiredService<Router>().RouteAsync("hi");
    }
}
