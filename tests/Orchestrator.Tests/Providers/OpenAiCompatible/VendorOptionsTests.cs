using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>Options that this library does not know reach the server, and change nothing that it writes itself.</summary>
public class VendorOptionsTests
{
    [Theory]
    [BothModes]
    public async Task Properties_of_any_type_are_fields_of_the_body(bool streamed)
    {
        var body = await Written.OpenAiAsync(streamed, new ChatOptions
        {
            AdditionalProperties = new()
            {
                ["chat_template_kwargs"] = new Dictionary<string, object?> { ["enable_thinking"] = false },
                ["service_tier"] = "flex",
                ["min_p"] = 0.05,
                ["provider"] = new JsonObject { ["order"] = new JsonArray("a", "b") },
                ["logit_bias"] = JsonDocument.Parse("""{"50256":-100}""").RootElement,
                ["stop_token_ids"] = new[] { 1, 2 },
                ["store"] = true,
                ["user"] = null,
            },
        });

        body.GetProperty("chat_template_kwargs").GetRawText().Should().Be("""{"enable_thinking":false}""");
        body.GetProperty("service_tier").GetString().Should().Be("flex");
        body.GetProperty("min_p").GetDouble().Should().Be(0.05);
        body.GetProperty("provider").GetRawText().Should().Be("""{"order":["a","b"]}""");
        body.GetProperty("logit_bias").GetRawText().Should().Be("""{"50256":-100}""");
        body.GetProperty("stop_token_ids").GetRawText().Should().Be("[1,2]");
        body.GetProperty("store").GetBoolean().Should().BeTrue();
        body.GetProperty("user").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Theory]
    [BothModes]
    public async Task What_is_written_already_is_not_overridden(bool streamed)
    {
        var options = new ChatOptions
        {
            Temperature = 0.5f,
            MaxOutputTokens = 7,
            TopK = 40,
            AdditionalProperties = new()
            {
                ["temperature"] = 2,
                ["max_tokens"] = 1,
                ["max_completion_tokens"] = 1,
                ["top_k"] = 1,
                ["model"] = "other",
                ["messages"] = "none",
                ["stream"] = !streamed,
                ["stream_options"] = 1,
                ["n"] = 4,
                ["seed"] = 5,
            },
        };
        var body = await Written.OpenAiAsync(streamed, options, o => o.ExtraBody = new() { ["seed"] = 9, ["top_k"] = 9, ["min_p"] = 0.1 });

        var names = body.EnumerateObject().Select(p => p.Name).ToList();
        names.Should().OnlyHaveUniqueItems();
        names.Should().NotContain(["max_completion_tokens", "n"]);
        body.GetProperty("temperature").GetDouble().Should().Be(0.5);
        body.GetProperty("max_tokens").GetInt32().Should().Be(7);
        body.GetProperty("top_k").GetInt32().Should().Be(40);
        body.GetProperty("model").GetString().Should().Be("m");
        body.GetProperty("messages").GetArrayLength().Should().Be(1);
        body.Has("stream").Should().Be(streamed);
        body.GetProperty("seed").GetInt32().Should().Be(5, "the request wins over the settings");
        body.GetProperty("min_p").GetDouble().Should().Be(0.1);
    }

    [Fact]
    public async Task The_limit_has_one_name_even_when_the_caller_uses_the_other()
    {
        var body = await Written.OpenAiAsync(false, new ChatOptions { AdditionalProperties = new() { ["max_completion_tokens"] = 9 } },
            o => o.ExtraBody = new() { ["max_tokens"] = 1 });

        body.GetProperty("max_completion_tokens").GetInt32().Should().Be(9);
        body.Has("max_tokens").Should().BeFalse();
    }

    [Fact]
    public async Task TopK_is_left_out_where_no_model_knows_it()
    {
        (await Written.OpenAiAsync(false, new ChatOptions { TopK = 3 })).GetProperty("top_k").GetInt32().Should().Be(3);
        (await Written.OpenAiAsync(false, new ChatOptions { TopK = 3 }, o => o.BaseUrl = new Uri("https://api.openai.com/v1")))
            .Has("top_k").Should().BeFalse();
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("openai", false)]
    [InlineData("ollama", true)]
    [InlineData("ollama", false)]
    public async Task A_value_that_JSON_cannot_hold_is_an_invalid_request(string vendor, bool streamed)
    {
        var knot = new List<object>();
        knot.Add(knot);
        foreach (var value in new object[] { double.NaN, float.PositiveInfinity, new { X = double.NaN }, knot, () => 1 })
        {
            var options = new ChatOptions { AdditionalProperties = new() { ["min_p"] = value } };
            var ask = () => Written.Async(vendor, streamed, options);

            var error = (await ask.Should().ThrowAsync<LlmException>()).Which;
            error.Kind.Should().Be(LlmErrorKind.InvalidRequest);
            error.Message.Should().Contain("AdditionalProperties[\"min_p\"]");
        }
    }

    [Fact]
    public async Task Extra_fields_of_the_settings_are_copied()
    {
        var extra = new JsonObject { ["min_p"] = 0.1 };
        var kept = extra;
        var body = Written.OpenAiAsync(false, null, o => o.ExtraBody = extra);
        kept["min_p"] = 0.9;

        (await body).GetProperty("min_p").GetDouble().Should().Be(0.1);
        var act = () => new OpenAiCompatibleProvider("p", new() { Model = "m", ExtraBody = new() { ["x"] = double.NaN } });
        act.Should().Throw<ArgumentException>().WithMessage("ExtraBody holds a value that JSON cannot hold*");
    }

    [Theory]
    [BothModes]
    public async Task Ollama_gets_them_among_its_options(bool streamed)
    {
        var body = await Written.OllamaAsync(
            streamed,
            new ChatOptions
            {
                Temperature = 0.5f,
                AdditionalProperties = new()
                {
                    ["temperature"] = 2,
                    ["min_p"] = 0.05,
                    ["repeat_penalty"] = 1.2,
                    ["think"] = false,
                    ["model"] = "other",
                    ["options"] = new Dictionary<string, object?> { ["mirostat"] = 1, ["min_p"] = 9 },
                },
            },
            o =>
            {
                o.ModelOptions["repeat_penalty"] = 1.1;
                o.ModelOptions["num_gpu"] = 0;
                o.ExtraBody = JsonNode.Parse("""{"options":{"mirostat":2,"numa":true},"keep_alive":"9m","stream":false}""")!.AsObject();
            });

        body.GetProperty("options").EnumerateObject().Select(p => p.Name).Should().OnlyHaveUniqueItems();
        var options = body.GetProperty("options");
        options.GetProperty("temperature").GetDouble().Should().Be(0.5);
        options.GetProperty("min_p").GetDouble().Should().Be(0.05);
        options.GetProperty("repeat_penalty").GetDouble().Should().Be(1.2);
        options.GetProperty("num_gpu").GetDouble().Should().Be(0);
        options.GetProperty("mirostat").GetInt32().Should().Be(1);
        options.GetProperty("numa").GetBoolean().Should().BeTrue();
        body.GetProperty("think").GetBoolean().Should().BeFalse();
        body.GetProperty("keep_alive").GetString().Should().Be("9m");
        body.GetProperty("model").GetString().Should().Be("m");
        body.GetProperty("stream").GetBoolean().Should().Be(streamed);
    }

    [Fact]
    public async Task A_field_has_the_servers_name_or_none()
    {
        var body = await Written.OpenAiAsync(false, new ChatOptions { Seed = 4, PresencePenalty = 1, StopSequences = ["x"] }, o =>
        {
            o.FieldNames["seed"] = "random_seed";
            o.FieldNames["stop"] = null;
        });

        body.GetProperty("random_seed").GetInt32().Should().Be(4);
        body.GetProperty("presence_penalty").GetInt32().Should().Be(1);
        (body.Has("seed"), body.Has("stop")).Should().Be((false, false));
    }
}
