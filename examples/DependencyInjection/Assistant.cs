using Microsoft.Extensions.AI;

namespace DependencyInjection;

/// <summary>A service of the application. That a router stands behind the interface is the container's affair.</summary>
internal sealed class Assistant(IChatClient client)
{
    public async Task<string> AskAsync(string question)
    {
        var response = await client.GetResponseAsync(question);
        return response.Text;
    }
}
