using System.Net;

namespace Orchestrator.TwoTenants;

/// <summary>Asks over HTTP/2, without a word before.</summary>
internal sealed class Http2Handler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>Asks two regions and takes the first answer. The other request goes on by itself, with the same content.</summary>
internal sealed class RacingHandler(HttpMessageHandler inner, Uri other) : DelegatingHandler(inner)
{
    private static int _running;

    /// <summary>How many requests have not ended.</summary>
    public static int Running => Volatile.Read(ref _running);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var regions = new[] { AskAsync(request, request.RequestUri!), AskAsync(request, new Uri(other, request.RequestUri!.PathAndQuery)) };
        var first = await Task.WhenAny(regions).WaitAsync(cancellationToken);
        _ = ForgetAsync(regions[0] == first ? regions[1] : regions[0]);
        return await first;
    }

    private static async Task ForgetAsync(Task<HttpResponseMessage> region)
    {
        try
        {
            using var response = await region;
            await response.Content.ReadAsByteArrayAsync();
        }
        catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It lost anyway.
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, Uri region)
    {
        Interlocked.Increment(ref _running);
        try
        {
            var copy = new HttpRequestMessage(request.Method, region)
            {
                Content = request.Content,
                Version = request.Version,
                VersionPolicy = request.VersionPolicy
            };
            foreach (var (name, values) in request.Headers.NonValidated)
                copy.Headers.TryAddWithoutValidation(name, values);
            return await base.SendAsync(copy, CancellationToken.None);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
