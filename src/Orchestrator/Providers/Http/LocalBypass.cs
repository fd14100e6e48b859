using System.Net;

namespace Orchestrator.Providers;

/// <summary>The proxy of the process (<c>HTTP_PROXY</c>, <c>ALL_PROXY</c>, <see cref="HttpClient.DefaultProxy"/>) for all addresses except
/// local ones, also where the proxy's own rules say otherwise.</summary>
/// <remarks>Thread-safe. Reads the process's proxy at each request, not when it is created.</remarks>
internal sealed class LocalBypass : IWebProxy
{
    // A provider uses few addresses, each as one object: the decision is cached by object.
    private volatile Judged? _last;

    public ICredentials? Credentials
    {
        get => HttpClient.DefaultProxy.Credentials;
        set => throw new NotSupportedException("The credentials are those of the process's proxy.");
    }

    /// <summary>The proxy of the process for an address, local ones included if its rules say so; null for none. Without user and
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
