using System.Text.Json;
using Microsoft.Extensions.AI;
using Orchestrator.Testing;

namespace Orchestrator.Tests.Providers.Yandex;

/// <summary>The published tables, read strictly: what the fake refuses, and what the fake itself may answer.</summary>
public class YandexGptFieldsTests
{
    private const string Start = """{"modelUri":"gpt://b1g/yandexgpt/latest",""";
    private const string Hi = "\"messages\":[{\"role\":\"user\",\"text\":\"hi\"}]";

    [Theory]
    [InlineData("{\"messages\":[]}", "Failed to parse model URI")]
    [InlineData("{\"modelUri\":\"yandexgpt\"," + Hi + "}", "Failed to parse model URI")]
    [InlineData("{\"modelUri\":\"gpt://b1g/yandexgpt/newest\"," + Hi + "}", "Failed to parse model URI")]
    [InlineData(Start + Hi + ",\"top_p\":1}", "top_p")]
    [InlineData(Start + Hi + ",\"completionOptions\":{\"stop\":[]}}", "stop")]
    [InlineData(Start + Hi + ",\"completionOptions\":{\"stream\":\"true\"}}", "stream")]
    [InlineData(Start + Hi + ",\"completionOptions\":{\"temperature\":1.1}}", "temperature")]
    [InlineData(Start + Hi + ",\"completionOptions\":{\"maxTokens\":\"many\"}}", "maxTokens")]
    [InlineData(Start + Hi + ",\"completionOptions\":{\"maxTokens\":0}}", "maxTokens")]
    [InlineData(Start + Hi + ",\"completionOptions\":{\"reasoningOptions\":{\"mode\":\"ON\"}}}", "mode")]
    [InlineData(Start + "\"messages\":[]}", "messages")]
    [InlineData(Start + "\"messages\":[{\"role\":\"tool\",\"text\":\"x\"}]}", "role")]
    [InlineData(Start + "\"messages\":[{\"role\":\"user\",\"text\":\"\"}]}", "empty message text")]
    [InlineData(Start + "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}", "content")]
    [InlineData(Start + "\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"toolResultList\":{}}]}", "more than one")]
    [InlineData(Start + "\"messages\":[{\"role\":\"assistant\",\"toolCallList\":{\"toolCalls\":[{\"functionCall\":{\"name\":\"f\","
        + "\"arguments\":\"{}\"}}]}}]}", "arguments")]
    [InlineData(Start + "\"messages\":[{\"role\":\"user\",\"toolResultList\":{\"toolResults\":[{\"functionResult\":{\"name\":\"f\","
        + "\"content\":{}}}]}}]}", "content")]
    [InlineData(Start + Hi + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}", "type")]
    [InlineData(Start + Hi + ",\"tools\":[{\"function\":{\"name\":\"\"}}]}", "name")]
    [InlineData(Start + Hi + ",\"toolChoice\":{\"mode\":\"auto\"}}", "toolChoice")]
    [InlineData(Start + Hi + ",\"parallelToolCalls\":1}", "parallelToolCalls")]
    [InlineData(Start + Hi + ",\"jsonObject\":true,\"jsonSchema\":{\"schema\":{}}}", "only one")]
    [InlineData(Start + Hi + ",\"jsonSchema\":{\"type\":\"object\"}}", "type")]
    public async Task The_fake_refuses_what_the_tables_do_not_have_in_the_vendors_shape(string body, string words)
    {
        await using var server = new FakeYandexGptServer();
        var answer = await PostAsync(server, "completion", body);
        var error = answer.GetProperty("error");
        (error.GetProperty("grpcCode").GetInt32(), error.GetProperty("httpCode").GetInt32()).Should().Be((3, 400));
        error.GetProperty("message").GetString().Should().Contain(words);
        (await PostAsync(server, "tokenizeCompletion", body)).GetProperty("code").GetInt32()
            .Should().Be(3, "other methods have the other shape");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task The_fake_answers_with_fields_of_the_tables_only(bool plain, bool bare)
    {
        await using var test = new YandexGptCase();
        (test.Server.PlainNumbers, test.Server.OmitResult) = (plain, bare);
        using var client = new HttpClient();
        foreach (var reply in new[]
        {
            new FakeReply("one two"), new FakeReply("") { ToolCalls = [new("f", "{\"a\":1}")] }, new FakeReply("x") { Refusal = "no" }
        })
        {
            test.Server.Reply = reply;
            foreach (var streamed in new[] { true, false })
            {
                await test.AskAsync(streamed);
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(test.Server.BaseUrl + "/completion"))
                {
                    Content = new StringContent(test.Server.LastRequest.Text)
                };
                request.Headers.TryAddWithoutValidation("Authorization", "Api-Key k");
                using var response = await client.SendAsync(request);
                foreach (var line in (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    CheckAnswer(JsonDocument.Parse(line).RootElement, plain, bare);
            }
        }
    }

    [Fact]
    public async Task The_fake_says_which_folder_model_and_key_it_has()
    {
        await using var test = new YandexGptCase();
        test.Server.FolderId = "b1gother";
        (await test.FailAsync(streamed: true)).Error.Message.Should().Contain("'b1gother'");
        test.Server.FolderId = YandexGptCase.Folder;
        test.Server.Models = ["aliceai-llm"];
        (await test.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.ModelNotFound);
        test.Server.Models = [];
        test.Server.ContextLength = 16;
        (await test.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.ContextLengthExceeded);
        test.Server.ApiKey = "AQVNother";
        (await test.FailAsync(streamed: true)).Error.Kind.Should().Be(LlmErrorKind.Authentication);
    }

    [Theory]
    [InlineData("RS256", null, null, 3600, "only PS256")]
    [InlineData("PS256", "other", null, 3600, "key id")]
    [InlineData("PS256", null, "https://other", 3600, "audience")]
    [InlineData("PS256", null, null, 3601, "more than an hour")]
    [InlineData("PS256", null, null, 3600, "signature")]
    public async Task The_fakes_iam_checks_every_part_of_a_signed_token(
        string algorithm, string? key, string? audience, int life, string words)
    {
        await using var server = new FakeYandexGptServer();
        var account = server.ServiceAccount;
        var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).ToUnixTimeSeconds();
        var jwt = string.Join('.', new[]
        {
            JsonSerializer.Serialize(new { typ = "JWT", alg = algorithm, kid = key ?? account.KeyId }),
            JsonSerializer.Serialize(
                new { iss = account.Id, aud = audience ?? "https://iam.api.cloud.yandex.net/iam/v1/tokens", iat = now, exp = now + life }),
            "not signed",
        }.Select(part => System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(part))));
        using var client = new HttpClient();
        using var response = await client.PostAsync(server.IamUrl, new StringContent(JsonSerializer.Serialize(new { jwt })));
        ((int)response.StatusCode, server.TokenCount).Should().Be((401, 0));
        (await response.Content.ReadAsStringAsync()).Should().Contain(words);
    }

    private static async Task<JsonElement> PostAsync(FakeYandexGptServer server, string method, string body)
    {
        using var client = new HttpClient();
        using var request =
            new HttpRequestMessage(HttpMethod.Post, new Uri($"{server.BaseUrl}/{method}")) { Content = new StringContent(body) };
        request.Headers.TryAddWithoutValidation("Authorization", "Api-Key k");
        using var response = await client.SendAsync(request);
        ((int)response.StatusCode).Should().Be(400);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }

    private static void CheckAnswer(JsonElement answer, bool plain, bool bare)
    {
        if (!bare)
        {
            Names(answer).Should().Equal("result");
            answer = answer.GetProperty("result");
        }

        Names(answer).Should().BeEquivalentTo("alternatives", "usage", "modelVersion");
        foreach (var alternative in answer.GetProperty("alternatives").EnumerateArray())
        {
            Names(alternative).Should().BeEquivalentTo("message", "status");
            alternative.GetProperty("status").GetString().Should().BeOneOf(
                "ALTERNATIVE_STATUS_PARTIAL", "ALTERNATIVE_STATUS_TRUNCATED_FINAL", "ALTERNATIVE_STATUS_FINAL",
                "ALTERNATIVE_STATUS_CONTENT_FILTER", "ALTERNATIVE_STATUS_TOOL_CALLS");
            var message = alternative.GetProperty("message");
            message.GetProperty("role").GetString().Should().Be("assistant");
            Names(message).Except(["role"]).Should().ContainSingle().Which.Should().BeOneOf("text", "toolCallList");
        }

        var usage = answer.GetProperty("usage");
        Names(usage).Should().BeEquivalentTo("inputTextTokens", "completionTokens", "totalTokens", "completionTokensDetails");
        usage.GetProperty("totalTokens").ValueKind.Should().Be(plain ? JsonValueKind.Number : JsonValueKind.String);
    }

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(p => p.Name);
}
