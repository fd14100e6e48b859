using Microsoft.Extensions.Http;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Inserts ConnectLimitHandler beneath the handlers of the application, directly above the one that connects.</summary>
internal sealed class ConnectLimitFilter : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        if (HttpClientDefaults.IsOurs(builder.Name))
            builder.AdditionalHandlers.Add(new ConnectLimitHandler());
    };
}
