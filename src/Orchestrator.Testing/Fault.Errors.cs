using System.Globalization;
using System.Text;

namespace Orchestrator.Testing;

public sealed partial class Fault
{
    /// <summary>A status with a body of your own.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="body">The body; <see langword="null"/> for what the vendor sends with that status.</param>
    /// <param name="contentType">The type of the body.</param>
    /// <returns>The fault.</returns>
    public static Fault Status(int status, string? body = null, string contentType = "application/json") =>
        Of($"status {status}", (plan, context) =>
        {
            if (body is not null)
            {
                plan.Whole(status, body, contentType);
                return;
            }

            var said = context.Server.ErrorOf(status, context.Request);
            plan.Whole(status, said.Body, said.ContentType);
        });

    /// <summary>An error as the vendor reports it: status, words and codes.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">Other words than the vendor's own.</param>
    /// <returns>The fault.</returns>
    public static Fault Error(LlmErrorKind kind, string? message = null) =>
        Of($"{kind}", (plan, context) => Say(plan, context, kind, message));

    /// <summary>Too many requests, with the header that says how long to wait.</summary>
    /// <param name="retryAfter">The <c>Retry-After</c> header as it stands: seconds, a date, or nonsense; <see langword="null"/> for
    /// none.</param>
    /// <param name="retryAfterMs">The <c>retry-after-ms</c> header; <see langword="null"/> for none.</param>
    /// <returns>The fault.</returns>
    public static Fault RateLimited(string? retryAfter = null, string? retryAfterMs = null) =>
        Of($"rate limited, Retry-After {retryAfter ?? retryAfterMs ?? "missing"}", (plan, context) =>
        {
            Say(plan, context, LlmErrorKind.RateLimited, null);
            if (retryAfter is not null)
                plan.Headers.Add(new("Retry-After", retryAfter));
            if (retryAfterMs is not null)
                plan.Headers.Add(new("retry-after-ms", retryAfterMs));
        });

    /// <summary>Too many requests; wait for a number of seconds.</summary>
    /// <param name="wait">How long, rounded up to seconds.</param>
    /// <returns>The fault.</returns>
    public static Fault RateLimited(TimeSpan wait) => RateLimited(Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture));

    /// <summary>Too many requests; wait until a date.</summary>
    /// <param name="until">The date, sent as HTTP writes dates.</param>
    /// <returns>The fault.</returns>
    public static Fault RateLimited(DateTimeOffset until) => RateLimited(until.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>No money left.</summary>
    /// <returns>The fault.</returns>
    public static Fault InsufficientQuota() => Error(LlmErrorKind.QuotaExceeded);

    /// <summary>The prompt is too long.</summary>
    /// <returns>The fault.</returns>
    public static Fault ContextLength() => Error(LlmErrorKind.ContextLengthExceeded);

    /// <summary>The key is wrong.</summary>
    /// <returns>The fault.</returns>
    public static Fault Unauthorized() => Error(LlmErrorKind.Authentication);

    /// <summary>The server has no such model.</summary>
    /// <returns>The fault.</returns>
    public static Fault ModelNotFound() => Error(LlmErrorKind.ModelNotFound);

    /// <summary>The server is overloaded or still loading the model.</summary>
    /// <returns>The fault.</returns>
    public static Fault Overloaded() => Error(LlmErrorKind.Unavailable);

    /// <summary>An error object under status 200, where an answer should be.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <returns>The fault.</returns>
    public static Fault ErrorUnder200(LlmErrorKind kind = LlmErrorKind.ServerError) => Of($"{kind} under 200", (plan, context) =>
    {
        Say(plan, context, kind, null);
        plan.Status = 200;
    });

    /// <summary>A web page instead of an answer, as from a proxy.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <returns>The fault.</returns>
    public static Fault Html(int status = 502) => Of($"HTML {status}", (plan, _) => plan.Whole(
        status,
        $"<!DOCTYPE html>\n<html><head><title>{status}</title></head>"
            + $"<body><center><h1>{status} Gateway</h1></center><hr><center>nginx</center></body></html>\n",
        "text/html; charset=utf-8"));

    /// <summary>Status 200 with nothing in the body.</summary>
    /// <returns>The fault.</returns>
    public static Fault Empty200() => Of($"empty 200", (plan, _) => plan.Body = []);

    /// <summary>Status 204: no content.</summary>
    /// <returns>The fault.</returns>
    public static Fault NoContent() => Of($"204", (plan, _) => plan.Whole(204, "", null));

    /// <summary>A redirect.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="status">301, 302, 303, 307 or 308.</param>
    /// <returns>The fault.</returns>
    public static Fault Redirect(Uri target, int status = 307)
    {
        ArgumentNullException.ThrowIfNull(target);
        return Of($"redirect {status}", (plan, _) =>
        {
            plan.Whole(status, "", "text/plain");
            plan.Headers.Add(new("Location", target.OriginalString));
        });
    }

    /// <summary>A good status with a body of your own.</summary>
    /// <param name="body">The body as text.</param>
    /// <param name="contentType">Its type.</param>
    /// <returns>The fault.</returns>
    public static Fault Body(string body, string contentType = "application/json") =>
        Of($"body of {body?.Length ?? 0} characters", (plan, _) => plan.Whole(200, body ?? "", contentType));

    /// <summary>A stream with a body of your own, written in one piece.</summary>
    /// <param name="body">The bytes of the stream.</param>
    /// <returns>The fault.</returns>
    public static Fault Stream(ReadOnlyMemory<byte> body) =>
        Of($"stream of {body.Length} bytes", (plan, context) => Replace(plan, context, body));

    /// <summary>A stream with a body of your own, written in one piece.</summary>
    /// <param name="body">The text of the stream, line ends included.</param>
    /// <returns>The fault.</returns>
    public static Fault Stream(string body) => Stream(Encoding.UTF8.GetBytes(body));

    /// <summary>A header on the answer, besides its own.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The fault.</returns>
    public static Fault Header(string name, string value) => Of($"header {name}", (plan, _) => plan.Headers.Add(new(name, value)));

    /// <summary>Another content type than the answer has.</summary>
    /// <param name="contentType">The type; <see langword="null"/> for no header at all.</param>
    /// <returns>The fault.</returns>
    public static Fault ContentType(string? contentType) => Of($"content type {contentType}", (plan, _) => plan.ContentType = contentType);

    private static void Say(ReplyPlan plan, FaultContext context, LlmErrorKind kind, string? message)
    {
        var said = context.Server.ErrorOf(kind, message, context.Request);
        plan.Whole(said.Status, said.Body, said.ContentType);
        plan.Headers.AddRange(said.Headers ?? []);
    }

    private static void Replace(ReplyPlan plan, FaultContext context, ReadOnlyMemory<byte> body)
    {
        plan.Status = 200;
        plan.ContentType = context.Server.StreamType;
        plan.Streamed = true;
        plan.Body = [body];
    }
}

/// <summary>An error in a vendor's words.</summary>
internal sealed record VendorError(
    int Status, string Body, IEnumerable<KeyValuePair<string, string>>? Headers = null, string ContentType = "application/json");
