using System.Net;

namespace Orchestrator.Tests.Providers.Sdk;

#pragma warning disable CA1032, CA1822 // Shaped like the exceptions of SDKs.

/// <summary>As of Azure.Core: a number, and a response with headers.</summary>
internal sealed class NumberedException(int status, Reply? reply = null, Exception? inner = null) : Exception("sk-secret and the prompt", inner)
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
