using System.Net;

namespace Orchestrator.Providers;

/// <summary>The proxy of the process (<c>HTTP_PROXY</c>, <c>ALL_PROXY</c>, <see cref="HttpClient.DefaultProxy"/>) for all but local
/// addresses, whatever
/// it says itself.</summary>
/// <remarks>Thread-safe. Reads the process's proxy when it is asked, not when it is made.</remarks>
internal sealed class LocalBypass : IWebProxy
{
    // A provider asks few addresses, each as one object: looked at once, not with every request.
    private volatile Judged? _last;

    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => throw new NotSupportedException("The credentials are those of the process's proxy.");
    }

    /// <summary>The proxy that a request of the process goes through, local addresses too if it says so; null for none. Without user and
    /// password.</summary>
    public static string? ProcessProxyFor(Uri address)
    {
        try
        {
            var proxy = HttpClient.DefaultProxy;
            var through = proxy.IsBypassed(address) ? null : proxy.GetProxy(address);
            return through?.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
        }
        catch (Exception error) when (error is InvalidOperationException or NotSupportedException or PlatformNotSupportedException)
        {
            return null;
        }
    }

    public Uri? GetProxy(Uri destination) => IsLocal(destination) ? null : HttpClient.DefaultProxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => IsLocal(host) || HttpClient.DefaultProxy.IsBypassed(host);

    private bool IsLocal(Uri address)
    {
        if (_last is { } last && ReferenceEquals(last.Address, address))
            return last.IsLocal;
        var isLocal = LocalAddress.PassesByProxies(address);
        _last = new(address, isLocal);
        return isLocal;
    }

    private sealed record Judged(Uri Address, bool IsLocal);
}
