using System.Text;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>A request as the server got it. Immutable.</summary>
public sealed class CapturedRequest
{
    private readonly Lazy<JsonElement?> _json;

    internal CapturedRequest(
        string head,
        string method,
        string target,
        IReadOnlyDictionary<string, string> headers,
        ReadOnlyMemory<byte> body,
        int connection,
        DateTimeOffset at)
    {
        Head = head;
        Method = method;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        Path = query < 0 ? target : target[..query];
        Query = query < 0 ? "" : target[query..];
        Headers = headers;
        Body = body;
        Connection = connection;
        At = at;
        _json = new Lazy<JsonElement?>(Parse);
    }

    /// <summary>The head as it came: request line and headers.</summary>
    public string Head { get; }

    /// <summary>The method, such as <c>POST</c>.</summary>
    public string Method { get; }

    /// <summary>The path, without the query.</summary>
    public string Path { get; }

    /// <summary>The query with its question mark, or nothing.</summary>
    public string Query { get; }

    /// <summary>The headers by name, ignoring case; repeated ones joined with a comma.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The body's bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The body as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <summary>The body as JSON; <see langword="null"/> when it is none.</summary>
    public JsonElement? Json => _json.Value;

    /// <summary>The number of the connection it came on, from 1.</summary>
    public int Connection { get; }

    /// <summary>When its last byte was read.</summary>
    public DateTimeOffset At { get; }

    /// <summary>A header's value.</summary>
    /// <param name="name">Its name, ignoring case.</param>
    /// <returns>The value; <see langword="null"/> when the header is missing.</returns>
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>Method and path.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"{Method} {Path}";

    private JsonElement? Parse()
    {
        if (Body.IsEmpty)
            return null;
        try
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
