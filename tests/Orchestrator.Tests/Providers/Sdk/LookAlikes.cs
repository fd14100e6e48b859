using System.Net;

namespace Orchestrator.Tests.Providers.Sdk;

#pragma warning disable CA1032, CA1822 // Shaped like the exceptions of SDKs.

/// <summary>As of Azure.Core: a number, and a response with headers.</summary>
internal sealed class NumberedException(
    int status, Reply? reply = null, Exception? inner = null) : Exception("sk-secret and the prompt", inner)
{
    public int Status => status;

    public Reply? GetRawResponse() => reply;
}

/// <summary>A response as the SDKs on System.ClientModel and Azure.Core have it; the headers are a structure in the latter.</summary>
internal sealed class Reply(string body, params (string Name, string Value)[] headers)
{
    public ReplyHeaders Headers => new(headers);

    public BinaryData Content => body.Length == 0 ? throw new InvalidOperationException("not buffered") : BinaryData.FromString(body);
}

internal readonly struct ReplyHeaders((string Name, string Value)[] headers)
{
    public bool TryGetValue(string name, out string? value)
    {
        value = Array.Find(headers, h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return value is not null;
    }
}

/// <summary>As of Anthropic: .NET's status.</summary>
internal class CodedException(HttpStatusCode status) : Exception("sk-secret")
{
    public HttpStatusCode StatusCode => status;

    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>A member that hides another of the same name and another type.</summary>
internal sealed class HidingException(HttpStatusCode? status) : CodedException(HttpStatusCode.OK)
{
    public new HttpStatusCode? StatusCode => status;
}

/// <summary>As of Google.</summary>
internal sealed class NamedException(HttpStatusCode status) : Exception("sk-secret")
{
    public HttpStatusCode HttpStatusCode => status;
}

/// <summary>As of gRPC: a status that is none of HTTP's.</summary>
internal sealed class ForeignCodeException(Exception? inner = null) : Exception("sk-secret", inner)
{
    public DayOfWeek StatusCode => DayOfWeek.Friday;

    public string Status => "500";
}

/// <summary>A getter that fails.</summary>
internal sealed class ThrowingException() : Exception("sk-secret")
{
    public int Status => throw new InvalidOperationException("sk-secret");
}

/// <summary>As of Anthropic and AWS: status, body, code and id side by side.</summary>
internal sealed class BodyException(HttpStatusCode status, string? body) : Exception("sk-secret")
{
    public HttpStatusCode StatusCode => status;

    public string? ResponseBody => body;

    public string? ErrorCode { get; init; }

    public string? RequestID { get; init; }

    public object? ResponseHeaders { get; init; }
}

/// <summary>The vendor's words in the message alone.</summary>
internal sealed class WordsException(int status, string message) : Exception(message)
{
    public int StatusCode => status;
}

/// <summary>As of Google: an object for the error.</summary>
internal sealed class NestedException(HttpStatusCode status, NestedError error) : Exception("sk-secret")
{
    public HttpStatusCode HttpStatusCode => status;

    public NestedError Error => error;
}

internal sealed record NestedError(string Code, string Message);

internal enum GrpcCode
{
    Unknown = 2,
    DeadlineExceeded = 4,
    ResourceExhausted = 8,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// <summary>As of gRPC: a status by its name.</summary>
internal sealed class GrpcException(GrpcCode code) : Exception("sk-secret")
{
    public GrpcCode StatusCode => code;
}

internal enum ApiStatus
{
    TooMany = 429,
}

/// <summary>An enumeration of its own for the statuses of HTTP.</summary>
internal sealed class NumberedEnumException(ApiStatus status) : Exception("sk-secret")
{
    public ApiStatus Status => status;
}

/// <summary>Everything but the status fails.</summary>
internal sealed class BrokenException : Exception
{
    public int StatusCode => 429;

    public override string Message => throw new InvalidOperationException("sk-secret");

    public string ResponseBody => throw new InvalidOperationException("sk-secret");

    public object Headers => throw new InvalidOperationException("sk-secret");

    public object GetRawResponse() => throw new InvalidOperationException("sk-secret");
}

/// <summary>A getter that waits for what never comes.</summary>
internal sealed class StuckException(ManualResetEventSlim gate) : Exception("sk-secret")
{
    public static int Asked { get; private set; }

    public int StatusCode
    {
        get
        {
            Asked++;
            gate.Wait();
            return 429;
        }
    }
}
