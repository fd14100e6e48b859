using Orchestrator.Testing;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Providers.OpenAiCompatible;

/// <summary>A 400 is not one kind: what the words of servers mean, over HTTP and inside a stream.</summary>
public class ErrorWordsTests
{
    public static TheoryData<int, string, LlmErrorKind> Refusals => new()
    {
        { 400, Says("prompt is too long: 210000 tokens > 200000 maximum"), LlmErrorKind.ContextLengthExceeded },
        { 400, Says("The input (40000 tokens) is longer than the model's context length (32768)."), LlmErrorKind.ContextLengthExceeded },
        { 400, Says("The input token count (1200000) exceeds the maximum number of tokens allowed"), LlmErrorKind.ContextLengthExceeded },
        { 422, Says("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000"), LlmErrorKind.ContextLengthExceeded },
        { 400, Says("Invalid request: Your request exceeded model token limit: 131072"), LlmErrorKind.ContextLengthExceeded },
        { 400, Says("Trying to keep the first 5000 tokens when context the overflows."), LlmErrorKind.ContextLengthExceeded },
        { 400, Says("Range of input length should be [1, 98304]"), LlmErrorKind.ContextLengthExceeded },
        { 400, Says("Please reduce the length of the messages or completion."), LlmErrorKind.ContextLengthExceeded },
        { 400, Says("\"auto\" tool choice requires --enable-auto-tool-choice to be set"), LlmErrorKind.NotSupported },
        { 400, Says("This model does not support tools"), LlmErrorKind.NotSupported },
        { 400, """{"error":{"message":"Failed to call a function.","code":"tool_use_failed"}}""", LlmErrorKind.ServerError },
        {
            400,
            """[{"error":{"code":400,"message":"No.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]""",
            LlmErrorKind.Authentication
        },
        { 400, """{"code":"invalid argument","error":"Incorrect API key provided: ab***yz."}""", LlmErrorKind.Authentication },
        { 400, Says("Your credit balance is too low to access the API."), LlmErrorKind.QuotaExceeded },
        { 400, """{"error":{"message":"Access denied.","code":"Arrearage"}}""", LlmErrorKind.QuotaExceeded },
        { 429, """{"error":{"message":"Check your plan.","type":"exceeded_current_quota_error"}}""", LlmErrorKind.QuotaExceeded },
        { 400, """{"error":{"message":"Gone.","code":"model_decommissioned"}}""", LlmErrorKind.ModelNotFound },
        { 400, Says("x/y is not a valid model ID"), LlmErrorKind.ModelNotFound },
        { 400, """{"error":{"message":"Output data may be wrong.","code":"data_inspection_failed"}}""", LlmErrorKind.ContentFiltered },
        {
            400,
            """{"error":{"message":"Provider error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"prompt is too long\"}}"}}}""",
            LlmErrorKind.ContextLengthExceeded
        },
        { 400, Says("Too many tokens per minute"), LlmErrorKind.InvalidRequest },
        { 400, Says("temperature must be at most 2"), LlmErrorKind.InvalidRequest },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task The_words_of_a_refusal_have_their_kind(int status, string body, LlmErrorKind kind)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var wire = new Wire();
            wire.Server.Enqueue(Fault.Status(status, body));
            (await wire.FailAsync(streamed)).Error.Kind.Should().Be(kind, body);
        }
    }

    [Fact]
    public async Task The_error_of_a_server_behind_the_server_is_in_the_message()
    {
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Status(502, """
            {"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"the upstream is on fire","provider_name":"x"}}}
            """));
        (await wire.FailAsync(streamed: true)).Error.Message.Should().Contain("Provider returned error: the upstream is on fire");
    }

    [Theory]
    [BothModes]
    public async Task A_row_of_one_s_own_wins_over_the_tables(bool streamed)
    {
        var options = new RouterOptions { KnownErrors = { new(LlmErrorKind.QuotaExceeded) { Status = 400, Words = "no coins" } } };
        await using var wire = new Wire();
        wire.Server.Enqueue(Fault.Status(400, Says("There are no coins left")));
        await using var router = InOrder(options, wire.Provider, FakeProvider.Answering("b", "from b"));
        var (text, route) = await router.RunAsync(streamed);
        (text, route.Attempts[0].Error!.Kind, route.Attempts[0].Error!.StatusCode)
            .Should().Be(("from b", LlmErrorKind.QuotaExceeded, 400));
    }

    [Fact]
    public void A_row_that_fits_every_error_is_refused()
    {
        var make = () => new Router(new RouterOptions { KnownErrors = { new(LlmErrorKind.Timeout) } });
        make.Should().Throw<ArgumentException>().WithMessage("*fits every error*");
    }

    private static string Says(string message) =>
        "{\"error\":{\"code\":null,\"message\":" + System.Text.Json.JsonSerializer.Serialize(message) + "}}";
}
