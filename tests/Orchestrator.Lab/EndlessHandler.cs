using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Lab;

/// <summary>Asks for answers that do not end by themselves, as llama.cpp and vLLM understand it: only a client that leaves can end them.</summary>
internal sealed class EndlessHandler() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
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
}
