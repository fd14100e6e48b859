namespace Orchestrator.Providers;

/// <summary>Base addresses as users write them, with or without a slash at the end.</summary>
internal static class HttpAddress
{
    /// <param name="address">The address.</param>
    /// <param name="setting">The name of the setting, for messages.</param>
    /// <param name="example">What it should look like.</param>
    /// <exception cref="ArgumentException">It is no address that paths can be appended to.</exception>
    public static Uri Checked(Uri? address, string setting, string example)
    {
        if (address is not { IsAbsoluteUri: true } || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"{setting} must be an absolute http or https address, such as {example}.", setting);
        if (address.UserInfo.Length > 0)
        {
            throw new ArgumentException(
                $"{setting} holds a user name or password; put credentials into their own setting, addresses appear in messages.", setting);
        }

        return address.Query.Length > 0 || address.Fragment.Length > 0
            ? throw new ArgumentException($"{setting} has a query or fragment; give the address that paths are appended to.", setting)
            : address;
    }

    /// <summary>Parses an address. The error never shows the text: it could contain a password.</summary>
    public static Uri Parse(string text, string setting, string example) =>
        Checked(Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null, setting, example);

    public static Uri Combine(Uri root, string path) => new($"{root.AbsoluteUri.TrimEnd('/')}/{path}");

    /// <summary>The address with the version of the API as its query; the address itself for no version.</summary>
    public static Uri WithVersion(Uri address, string? version) =>
        string.IsNullOrWhiteSpace(version) ? address : new($"{address.AbsoluteUri}?api-version={Uri.EscapeDataString(version.Trim())}");

    /// <summary>The address, with a path if it has none.</summary>
    public static Uri WithPath(Uri address, string path) => address.AbsolutePath == "/" ? Combine(address, path) : address;

    /// <summary>The address without an ending that the appended path begins with.</summary>
    public static Uri Without(Uri root, string end) =>
        root.AbsoluteUri.TrimEnd('/') is var text && text.EndsWith(end, StringComparison.OrdinalIgnoreCase)
            ? new(text[..^end.Length])
            : root;

    /// <summary>Whether a key for one address may be sent to the other.</summary>
    public static bool IsSameServer(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && a.Host.Equals(b.Host, StringComparison.OrdinalIgnoreCase);

    /// <summary>The server alone, without a user, a password, a path or a query; null for what is no address of one.</summary>
    public static Uri? ServerOf(Uri? address) => address is { IsAbsoluteUri: true, Host.Length: > 0 }
        ? new(address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped))
        : null;

    /// <summary>The address as a message may show it: without a user, a password or a query.</summary>
    public static string Shown(Uri? address) => address is { IsAbsoluteUri: true }
        ? address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
        : "no absolute address";
}
