using Orchestrator.DependencyInjection;

namespace Orchestrator.Providers;

/// <summary>Refuses configured values that cannot be sent in an HTTP header, before a request is made. Its errors name the setting, never
/// the value.</summary>
internal static class HeaderValue
{
    private static readonly string[] Known =
    [
        "Accept", "Api-Key", "Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Expect", "Host", "HTTP-Referer",
        "Proxy-Authorization", "Referer", "Transfer-Encoding", "User-Agent", "X-Api", "X-Api-Key", "X-Client-ID", "X-Request-ID",
        "X-Title", .. VendorFacts.All.SelectMany(facts => facts.Headers),
    ];

    /// <summary>A header as a message may name it. Its name is shown only if it resembles a known one: a user may have put the key where
    /// the name belongs.</summary>
    public static string Entry(string setting, string name) =>
        ShownValue.IsNear(name, Known) ? $"{setting}:{name}" : $"{setting} (one of its entries)";

    /// <summary>The value, if it is visible ASCII without line ends; spaces and tabs only inside.</summary>
    public static string Checked(string value, string setting)
    {
        foreach (var c in value)
        {
            if (c is >= ' ' and <= '~' or '\t')
                continue;
            var what =
                c switch
                {
                    '\r' or '\n' => "a line end",
                    '\0' => "a NUL character",
                    < ' ' or '\x7f' => "a control character",
                    _ => "a character outside ASCII",
                };
            throw new ArgumentException(
                $"{setting} holds {what}, which cannot go into an HTTP header. It was probably copied with something around it; copy it "
                    + "again.",
                setting);
        }

        if (value.Length != value.Trim().Length)
        {
            throw new ArgumentException(
                $"{setting} begins or ends with white space. It was probably copied with something around it; copy it again.", setting);
        }

        return value;
    }

    /// <summary>A header's name: the token of RFC 9110 §5.6.2.</summary>
    public static string CheckedName(string name, string setting)
    {
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c)))
            throw new ArgumentException($"{setting} has a header name that is not a token of letters, digits and hyphens.", setting);
        return name;
    }

    /// <summary>A header that the user configured, if it can be sent with every request besides those of the provider.</summary>
    public static KeyValuePair<string, string> CheckedHeader(string name, string value, string setting, bool hasKey)
    {
        CheckedName(name, setting);
        Checked(value, setting);
        if (hasKey && name.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"{setting} and ApiKey both set the Authorization header; remove one.", setting);
        using var message = new HttpRequestMessage();
        try
        {
            message.Headers.Add(name, value);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw new ArgumentException(
                $"{setting} cannot be sent: it belongs to the body, which the provider writes, or its value has not the header's form.",
                setting);
        }

        return KeyValuePair.Create(name, value);
    }
}
