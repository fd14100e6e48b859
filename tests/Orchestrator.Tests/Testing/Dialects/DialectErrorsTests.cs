using System.Net.Http.Headers;
using System.Text.Json;
using Orchestrator.Testing;
using static Orchestrator.Tests.Testing.Dialects.DialectWire;

namespace Orchestrator.Tests.Testing.Dialects;

/// <summary>Keys, addresses and the errors that tests ask for.</summary>
public sealed class DialectErrorsTests
{
    [Theory]
    [InlineData(OpenAiDialect.Gemini, 400, "\"reason\":\"API_KEY_INVALID\"")]
    [InlineData(OpenAiDialect.XAi, 400, "\"error\":\"Incorrect API key provided: ")]
    [InlineData(OpenAiDialect.Mistral, 401, "\"message\":\"Unauthorized\"")]
    [InlineData(OpenAiDialect.Perplexity, 401, "<h1>401 Authorization Required</h1>")]
    [InlineData(OpenAiDialect.Vllm, 401, "{\"error\":\"Unauthorized\"}")]
    [InlineData(OpenAiDialect.SgLang, 401, "{\"error\":\"Unauthorized\"}")]
    [InlineData(OpenAiDialect.Azure, 401, "Access denied due to invalid subscription key")]
    [InlineData(OpenAiDialect.OpenAi, 401, "\"code\":\"invalid_api_key\"")]
    public async Task A_wrong_key_is_refused_as_the_vendor_does(OpenAiDialect dialect, int status, string words)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.ApiKey = "right-0123456789";

        var (wrong, text) = await wire.AskAsync(Body(), h => h.Authorization = new("Bearer", "wrong-0123456789"));
        var (right, _) = await wire.AskAsync(Body(), h => h.Authorization = new("Bearer", "right-0123456789"));

        text.Should().Contain(words).And.NotContain("wrong-0123456789");
        (wrong, right).Should().Be((status, 200));
    }

    [Theory]
    [InlineData(OpenAiDialect.DeepSeek, "gsk_0123456789", false)]
    [InlineData(OpenAiDialect.Groq, "gsk_0123456789", true)]
    [InlineData(OpenAiDialect.Groq, "xai-0123456789", false)]
    [InlineData(OpenAiDialect.Gemini, "sk-or-v1-0123456789", false)]
    [InlineData(OpenAiDialect.Gemini, "anything", true)]
    public async Task A_key_of_another_vendor_is_refused(OpenAiDialect dialect, string key, bool passes)
    {
        await using var wire = new DialectWire(dialect);

        var (status, _) = await wire.AskAsync(Body(), h => h.Authorization = new("Bearer", key));

        (status == 200).Should().Be(passes);
    }

    [Fact]
    public async Task Azure_has_two_addresses_and_two_headers()
    {
        const string Classic = "openai/deployments/gpt-4o/chat/completions";
        await using var wire = new DialectWire(OpenAiDialect.Azure);
        wire.Server.ApiKey = "azure-key";
        var noModel = """{"messages":[{"role":"user","content":"x"}]}""";

        (await wire.AskAsync(Body(), ApiKey)).Status.Should().Be(200);
        (await wire.AskAsync(Body(), Bearer)).Status.Should().Be(200, "the v1 address takes both");
        var (status, text) = await wire.AskAsync(noModel, ApiKey, $"{Classic}?api-version=2024-10-21");
        status.Should().Be(200, text);
        JsonDocument.Parse(text).RootElement.GetProperty("model").GetString().Should().Be("gpt-4o");
        (await wire.AskAsync(noModel, Bearer, $"{Classic}?api-version=2024-10-21")).Status.Should().Be(401, "that is no token of Entra's");
        (await wire.AskAsync(noModel, ApiKey, Classic)).Should().Be((404, """{"error":{"code":"404","message":"Resource not found"}}"""));
        (await wire.AskAsync(noModel, ApiKey)).Status.Should().Be(400, "the v1 address names no model");

        static void ApiKey(HttpRequestHeaders headers) => headers.Add("api-key", "azure-key");
        static void Bearer(HttpRequestHeaders headers) => headers.Authorization = new("Bearer", "azure-key");
    }

    [Theory]
    [InlineData(OpenAiDialect.Gemini, "v1beta/openai/")]
    [InlineData(OpenAiDialect.Groq, "openai/v1/")]
    [InlineData(OpenAiDialect.OpenRouter, "api/v1/")]
    [InlineData(OpenAiDialect.Qwen, "compatible-mode/v1/")]
    [InlineData(OpenAiDialect.DeepSeek, "")]
    [InlineData(OpenAiDialect.Perplexity, "")]
    public async Task A_server_listens_at_the_vendor_s_path_and_at_v1(OpenAiDialect dialect, string path)
    {
        await using var wire = new DialectWire(dialect);

        (await wire.AskAsync(Body(), path: $"{path}chat/completions")).Status.Should().Be(200);
        (await wire.AskAsync(Body(), path: "v1/chat/completions")).Status.Should().Be(200);
        (await wire.AskAsync(Body(), path: "v2/chat/completions")).Status.Should().Be(404);
        wire.Server.BaseUrl.AbsolutePath.Trim('/').Should().Be(path.Trim('/'));
        wire.Server.ChatCount.Should().Be(2);
    }

    [Theory]
    [InlineData(OpenAiDialect.DeepSeek, LlmErrorKind.QuotaExceeded, 402, "Insufficient Balance")]
    [InlineData(OpenAiDialect.Gemini, LlmErrorKind.ContextLengthExceeded, 400, "[{\"error\":{\"code\":400,\"message\":\"The input")]
    [InlineData(OpenAiDialect.Gemini, LlmErrorKind.Unavailable, 503, "\"status\":\"UNAVAILABLE\"")]
    [InlineData(OpenAiDialect.Moonshot, LlmErrorKind.QuotaExceeded, 429, "\"type\":\"exceeded_current_quota_error\"}}")]
    [InlineData(OpenAiDialect.Qwen, LlmErrorKind.QuotaExceeded, 400, "\"code\":\"Arrearage\"},\"request_id\"")]
    [InlineData(OpenAiDialect.Tgi, LlmErrorKind.ContextLengthExceeded, 422, "\"error_type\":\"validation\"}")]
    [InlineData(OpenAiDialect.SgLang, LlmErrorKind.ContextLengthExceeded, 400, "is longer than the model's context length")]
    [InlineData(OpenAiDialect.OpenRouter, LlmErrorKind.RateLimited, 429, "\"metadata\":{\"raw\":\"m is temporarily rate-limited upstream")]
    [InlineData(OpenAiDialect.XAi, LlmErrorKind.ModelNotFound, 404, "{\"code\":\"Some requested entity was not found\"")]
    [InlineData(OpenAiDialect.Together, LlmErrorKind.ModelNotFound, 404, "\"code\":\"model_not_available\"")]
    public async Task Errors_that_a_test_asks_for_are_in_the_vendor_s_words(
        OpenAiDialect dialect, LlmErrorKind kind, int status, string words)
    {
        await using var wire = new DialectWire(dialect);
        wire.Server.Enqueue(Fault.Error(kind));

        var (answered, text) = await wire.AskAsync(Body());

        text.Should().Contain(words);
        answered.Should().Be(status);
    }

    [Theory]
    [ClassData(typeof(EveryDialect))]
    public async Task Every_dialect_has_an_error_of_every_kind_and_status_and_inside_a_stream(OpenAiDialect dialect)
    {
        await using var wire = new DialectWire(dialect);
        foreach (var kind in Enum.GetValues<LlmErrorKind>())
        {
            wire.Server.Enqueue(Fault.Error(kind, "words of the test"), Fault.Error(kind), Fault.ErrorEvent(1, kind, "words of the test"));

            (await wire.AskAsync(Body())).Text.Should().Contain("words of the test");
            (await wire.AskAsync(Body())).Status.Should().BeInRange(400, 599);
            (await wire.AskAsync(Body(options: "\"stream\":true"))).Text.Should().Contain("words of the test");
        }

        foreach (var status in new[] { 400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 504, 529 })
        {
            wire.Server.Enqueue(Fault.Status(status));
            (await wire.AskAsync(Body())).Status.Should().Be(status);
        }
    }
}
