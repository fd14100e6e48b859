using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Lab;

/// <summary>Asks for answers that do not end by themselves, as llama.cpp and vLLM understand it:
/// only a client that leaves can end them.</summary>
internal sealed class EndlessHandler() : DelegatingHandler(NewHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } content)
        {
            var body = JsonNode.Parse(await content.ReadAsStringAsync(cancellationToken))!.AsObject();
            body["ignore_eos"] = true;
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        }

        return await base.SendAsync(request, cancellationToken);
    }

    /// <summary>Left early, .NET's usual handler reads on for two seconds and a mebibyte, and the server works on;
    /// this one does as those of the library.</summary>
    private static SocketsHttpHandler NewHandler() => new()
    {
        UseProxy = false,
        ResponseDrainTimeout = TimeSpan.FromMilliseconds(200),
        MaxResponseDrainSize = 16 * 1024,
    };
}
