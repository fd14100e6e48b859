using System.Net;
using System.Net.Http.Json;

namespace CustomProvider;

/// <summary>Plays the vendor, so that no network is needed: every third question is refused, for longer than a call waits.</summary>
internal sealed class AcmeService : HttpMessageHandler
{
    private int _asked;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (++_asked % 3 != 0)
        {
            var answer = JsonContent.Create(new { Text = "Acme knows.", TokensIn = 120, TokensOut = 40 });
            return Task.FromResult(new HttpResponseMessage { Content = answer });
        }

        var refusal = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        refusal.Headers.RetryAfter = new(TimeSpan.FromSeconds(20));
        return Task.FromResult(refusal);
    }
}
