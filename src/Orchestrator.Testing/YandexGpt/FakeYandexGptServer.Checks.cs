using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

// Who asks, and where tokens come from.
public sealed partial class FakeYandexGptServer
{
    private VendorError? CheckCredentials(CapturedRequest request)
    {
        var given = request.Header("Authorization") ?? "";
        if (given.StartsWith("Api-Key ", StringComparison.Ordinal))
            return ApiKey is null || given["Api-Key ".Length..] == ApiKey ? null : YandexGptError.Of(16, "Unknown api key", request);
        if (!given.StartsWith("Bearer ", StringComparison.Ordinal))
            return YandexGptError.Of(16, "Unknown authorization: Api-Key or Bearer is required", request);
        var token = given["Bearer ".Length..];
        if (token == IamToken)
            return null;
        return _iam.IsGood(token) switch
        {
            true => null,
            null when IamToken is null => null,
            null => YandexGptError.Of(16, "The token is invalid", request),
            false => YandexGptError.Of(16, "The token has expired", request),
        };
    }

    private VendorError? CheckBody(CapturedRequest request, Func<JsonElement, string?> check)
    {
        if (request.Json is not { } body)
            return YandexGptError.Of(3, "the body is no JSON", request);
        if (check(body) is { } wrong)
            return YandexGptError.Of(3, wrong, request);
        string?[] folders = [YandexGptRules.FolderOf(body), request.Header("x-folder-id")];
        if (FolderId is { } own && Array.Find(folders, f => f is not null && f != own) is { } other)
            return YandexGptError.Of(3, $"Specified folder ID '{other}' does not match with service account folder ID '{own}'", request);
        return Models.Count == 0 || Models.Contains(YandexGptRules.ModelOf(body)) ? null : YandexGptError.Of(5, "Model not found", request);
    }

    private ReplyPlan Exchange(ReplyPlan plan, CapturedRequest request)
    {
        if (request.Json is not { ValueKind: JsonValueKind.Object } body || YandexGptRules.Only(body, "the request", "jwt") is not null
            || body.StringProperty("jwt") is not { } jwt)
        {
            return Refuse(plan, YandexGptError.Of(3, "jwt is required, and nothing else", request));
        }

        if (_iam.WhyNot(jwt, ServiceAccount) is { } wrong)
            return Refuse(plan, YandexGptError.Of(16, wrong, request));
        var (token, end) = _iam.Issue(TokenLife);
        plan.Whole(200, JsonText.Of(json =>
        {
            json.WriteString("iamToken", token);
            // Nine digits of a second, as the service writes time.
            json.WriteString("expiresAt", end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture));
        }), Json);
        return plan;
    }

    private ReplyPlan Metadata(ReplyPlan plan, CapturedRequest request)
    {
        if (request.Header("Metadata-Flavor") != "Google")
        {
            plan.Whole(403, "Missing Metadata-Flavor:Google header", "text/plain");
            return plan;
        }

        if (!HasMetadataAccount)
        {
            plan.Whole(404, "Not Found", "text/plain");
            return plan;
        }

        var (token, _) = _iam.Issue(TokenLife);
        plan.Whole(200, JsonText.Of(json =>
        {
            json.WriteString("access_token", token);
            json.WriteNumber("expires_in", (long)TokenLife.TotalSeconds);
            json.WriteString("token_type", "Bearer");
        }), Json);
        return plan;
    }
}
