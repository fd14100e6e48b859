using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Providers;

/// <summary>
/// The error in a body, in any known shape: <c>{"error":{…}}</c>, <c>{"error":"text"}</c>, a flat object with
/// <c>message</c>, <c>{"detail":…}</c>, HTML or nothing. Codes may be text, numbers or null; <c>grpcCode</c> is one.
/// </summary>
internal sealed record ServerError(string? Message, string? Code, string? Type)
{
    public static ServerError None { get; } = new(null, null, null);

    /// <summary>Whether the error says which part of the request was flagged. The part itself is never kept.</summary>
    public bool IsFlagged { get; private init; }

    /// <summary>How long the body asks the client to wait; null when it does not say.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>The wait, where status or kind says that a wait helps.</summary>
    public TimeSpan? WaitAfter(int? status, LlmErrorKind kind) =>
        status is 429 or 503 || kind is LlmErrorKind.RateLimited or LlmErrorKind.Unavailable ? Wait : null;

    /// <summary>The message without the parts that repeat the prompt or the key: servers quote what they refuse.</summary>
    public ServerError Shown(Func<string, string> shown) => new(Clean(Message, shown), Clean(Code, shown), Clean(Type, shown));

    /// <summary>Whether the body was JSON that reports an error, rather than an answer.</summary>
    public bool IsKnown => Message is not null || Code is not null || Type is not null;

    /// <summary>The vendor's name of the error: its code, or its type where the code only repeats the HTTP status, as at llama.cpp and
    /// vLLM.</summary>
    public string? Name => Code is null || (IsStatus(Code) && !string.IsNullOrEmpty(Type)) ? Type : Code;

    public static ServerError Read(ReadOnlySpan<byte> body)
    {
        var error = ReadBody(body);
        return ToldWait.In(body) is { } wait ? error with { Wait = wait } : error;
    }

    private static ServerError ReadBody(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, JsonRead.Options);
            // Some servers put the error into a list.
            if (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
                reader.Read();
            return reader.TokenType == JsonTokenType.StartObject ? ReadObject(ref reader) : None;
        }
        // A property name with half a surrogate pair cannot be compared.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return None;
        }
    }

    /// <summary>The texts of a body of unknown shape, or the body itself when it is not JSON. Never an <c>input</c> or a
    /// <c>flagged_input</c>, which quote the request, nor an access token.</summary>
    public static string Words(ReadOnlySpan<byte> body)
    {
        var words = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(body, JsonRead.Options);
            var name = "";
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                    name = reader.GetString()!;
                else if (name is "input" or "flagged_input" or "access_token" or "tok" or "iamToken")
                    (name, _) = ("", reader.TrySkip());
                else if (reader.TokenType == JsonTokenType.String)
                    words.Add(name.Length > 0 ? $"{name}: {JsonRead.Text(ref reader)}" : JsonRead.Text(ref reader) ?? "");
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Cut JSON may end within an input: only the texts before it are used.
            if (body.Trim(" \t\r\n"u8) is not [(byte)'{' or (byte)'[', ..])
                return Encoding.UTF8.GetString(body);
        }

        return string.Join("; ", words);
    }

    /// <summary>A line of the body for a message: text only, shortened, without line ends.</summary>
    public static string Excerpt(string? text) => PlainText.Line(text, HttpCaps.Excerpt);

    private static ServerError ReadObject(ref Utf8JsonReader reader)
    {
        var result = None;
        string? label = null;
        ServerError? upstream = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartObject)
                    result = Merge(ReadObject(ref reader), result);
                else
                    label = JsonRead.Text(ref reader) ?? label;
            }
            else if (reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("detail"u8))
            {
                reader.Read();
                if ((reader.TokenType == JsonTokenType.StartArray ? Problems(ref reader) : JsonRead.Text(ref reader)) is { } message)
                    result = result with { Message = result.Message ?? message };
            }
            else if (reader.ValueTextEquals("code"u8) || reader.ValueTextEquals("grpcCode"u8))
            {
                reader.Read();
                if (JsonRead.Text(ref reader) is { } code)
                    result = result with { Code = result.Code ?? code };
            }
            else if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                if (JsonRead.Text(ref reader) is { } type)
                    result = result with { Type = result.Type ?? type };
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    upstream = ReadMetadata(ref reader, ref result);
            }
            else if (reader.ValueTextEquals("details"u8))
            {
                if (ReasonIn(ref reader) is { } reason)
                    result = result with { Type = result.Type ?? reason };
            }
            else if (reader.ValueTextEquals("flagged_input"u8))
            {
                result = result with { IsFlagged = JsonRead.SkipNext(ref reader) != JsonTokenType.Null };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // In an object with a message, "error" is a flag or the name of the status.
        result = result with { Message = result.Message ?? label };
        return upstream is null ? result : result.Over(upstream);
    }

    /// <summary>The first reason in a list of details; null for none.</summary>
    private static string? ReasonIn(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return null;
        string? reason = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!JsonRead.TryEnterObject(ref reader))
                continue;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("reason"u8))
                    reason ??= JsonRead.NextText(ref reader);
                else
                    JsonRead.SkipNext(ref reader);
            }
        }

        return reason;
    }

    /// <summary>Reads whether the input was flagged, and the error of a server behind this one; null for none.</summary>
    private static ServerError? ReadMetadata(ref Utf8JsonReader reader, ref ServerError result)
    {
        ServerError? upstream = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("raw"u8))
            {
                reader.Read();
                // As a text, which is JSON itself or plain words. What is raw in it in turn is not read.
                if (reader.TokenType == JsonTokenType.StartObject)
                    upstream = ReadObject(ref reader);
                else if (JsonRead.Text(ref reader) is { Length: > 0 } raw)
                    upstream = ReadRaw(raw);
            }
            else
            {
                var says = reader.ValueTextEquals("flagged_input"u8);
                if (JsonRead.SkipNext(ref reader) != JsonTokenType.Null && says)
                    result = result with { IsFlagged = true };
            }
        }

        return upstream;
    }

    private static ServerError ReadRaw(string raw)
    {
        if (raw.TrimStart() is not ['{' or '[', ..])
            return new ServerError(raw, null, null);
        // Without the member that could nest for ever.
        var inner = ReadBody(Encoding.UTF8.GetBytes(raw.Replace("\"raw\"", "\"inner\"", StringComparison.Ordinal)));
        return inner.IsKnown ? inner : new ServerError(raw, null, null);
    }

    /// <summary>This error with that of the server behind: its text is added, its code says more than a status.</summary>
    private ServerError Over(ServerError upstream) => this with
    {
        Message = upstream.Message is null ? Message : Message is null ? upstream.Message : $"{Message}: {upstream.Message}",
        Code = Code is null || (IsStatus(Code) && upstream.Code is { } code && !IsStatus(code)) ? upstream.Code : Code,
        Type = Type ?? upstream.Type,
        IsFlagged = IsFlagged || upstream.IsFlagged,
    };

    /// <summary>FastAPI's list of errors in a request: message and location, never the quoted input.</summary>
    private static string? Problems(ref Utf8JsonReader reader)
    {
        var problems = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!JsonRead.TryEnterObject(ref reader))
                continue;
            string? what = null, where = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("msg"u8))
                    what = JsonRead.NextText(ref reader);
                else if (reader.ValueTextEquals("loc"u8))
                    where = Path(ref reader);
                else
                    JsonRead.SkipNext(ref reader);
            }

            if (what is not null || where is not null)
                problems.Add(where is null ? what! : $"{where}: {what}");
        }

        return problems.Count > 0 ? string.Join("; ", problems) : null;
    }

    private static string? Path(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return JsonRead.Text(ref reader);
        var steps = new List<string?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            steps.Add(JsonRead.Text(ref reader));
        return string.Join('.', steps);
    }

    private static string? Clean(string? text, Func<string, string> shown) => text is null ? null : shown(text);

    private static bool IsStatus(string code) =>
        int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 100 and < 600;

    private static ServerError Merge(ServerError inner, ServerError outer) =>
        new(inner.Message ?? outer.Message, inner.Code ?? outer.Code, inner.Type ?? outer.Type)
        {
            IsFlagged = inner.IsFlagged || outer.IsFlagged,
        };
}
