using System.Net;
using Orchestrator.Providers;
using Orchestrator.Testing;
using Orchestrator.Tests.Providers.OpenAiCompatible;
using Orchestrator.Tests.Providers.Sdk;

namespace Orchestrator.Tests.Providers.Http;

/// <summary>What a vendor says about one request is no judgement of the account, whatever the status.</summary>
public class RequestWordsTests
{
    public static TheoryData<int, string, LlmErrorKind> Bodies => new()
    {
        { 403, """{"error":{"code":403,"message":"m requires moderation. Your input was flagged","metadata":{"reasons":["violence"], """
            + """ "flagged_input":"say the secret word","provider_name":"p"}}}""", LlmErrorKind.ContentFiltered },
        { 403, """{"error":{"code":403,"message":"no","metadata":{"flagged_input":"say the secret word"}}}""",
            LlmErrorKind.ContentFiltered },
        { 403, """{"error":{"code":403,"metadata":{"flagged_input":"say the secret word"}}}""", LlmErrorKind.ContentFiltered },
        { 400, """{"error":{"message":"no","metadata":{"flagged_input":"say the secret word"}}}""", LlmErrorKind.ContentFiltered },
        { 403, """{"error":{"code":403,"message":"This model requires moderation"}}""", LlmErrorKind.ContentFiltered },
        { 403, """{"error":{"message":"Your prompt was FLAGGED","type":"permission_error"}}""", LlmErrorKind.ContentFiltered },
        { 403, """{"error":{"message":"no","code":"content_moderation_failed"}}""", LlmErrorKind.ContentFiltered },
        { 403, """{"error":{"code":403,"message":"Your account has been flagged. Contact us"}}""", LlmErrorKind.Permission },
        { 403, """{"error":{"code":403,"message":"This organization was flagged by our moderation"}}""", LlmErrorKind.Permission },
        { 403, """{"error":{"code":403,"message":"Key limit exceeded","metadata":{"flagged_input":null}}}""", LlmErrorKind.Permission },
        { 404, """{"error":{"code":404,"message":"No endpoints found that support tool use. To learn more, see the docs"}}""",
            LlmErrorKind.NotSupported },
        { 404, """{"error":{"code":404,"message":"No endpoints found that support image input","type":"not_found_error"}}""",
            LlmErrorKind.NotSupported },
        { 404, """{"error":{"code":404,"message":"No endpoints found that can handle the requested parameters."}}""",
            LlmErrorKind.NotSupported },
        { 404, """{"error":{"code":404,"message":"No endpoints found for some/model."}}""", LlmErrorKind.ModelNotFound },
        { 402, """{"error":{"code":402,"message":"This request requires more credits, or fewer max_tokens. You requested up to 65536 """
            + """tokens, but can only afford 1234."}}""", LlmErrorKind.NotSupported },
        { 402, """{"error":{"code":402,"message":"Prompt tokens limit exceeded: 5000 > 1200.","type":"insufficient_quota"}}""",
            LlmErrorKind.NotSupported },
        { 402, """{"error":{"code":402,"message":"Insufficient credits"}}""", LlmErrorKind.QuotaExceeded },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task The_words_go_before_status_and_code_and_show_nothing_of_the_prompt(int status, string body, LlmErrorKind kind)
    {
        foreach (var streamed in new[] { true, false })
        {
            await using var wire = new Wire();
            wire.Server.Enqueue(Fault.Status(status, body));
            var (_, error) = await wire.FailAsync(streamed);
            (error.Kind, error.StatusCode).Should().Be((kind, status));
            error.Message.Should().NotContain("secret");
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void The_exceptions_of_clients_are_read_by_the_same_words(int status, string body, LlmErrorKind kind) =>
        ExceptionMapper.Map(new BodyException((HttpStatusCode)status, body), default).Kind.Should().Be(kind);

    [Fact]
    public async Task An_error_in_a_stream_is_read_by_the_same_words()
    {
        await using var wire = new Wire();
        foreach (var (status, body, kind) in Bodies.Select(row => ((int)row[0], (string)row[1], (LlmErrorKind)row[2])))
        {
            if (status == 400 || !body.Contains("\"code\":4", StringComparison.Ordinal))
                continue;
            wire.Server.Enqueue(Fault.Body(body));
            (await wire.FailAsync(streamed: true)).Error.Kind.Should().Be(kind, body);
        }
    }
}
