using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orchestrator.Providers;

namespace Orchestrator.DependencyInjection;

/// <summary>Builds the router of one container.</summary>
internal sealed class RouterFactory(IServiceProvider services)
{
    private int _thread;

    public Router Create()
    {
        // The container does not detect a cycle through these factories: without this check a provider that resolves the router would
        // overflow the stack.
        if (_thread == Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException(
                "Something the Router is built from (a provider, an observer or an options action) asked the container for the Router, " +
                "or for IChatClient, which is the Router. Give it a chat client of its own, or let it ask when it is first used.");
        }

        _thread = Environment.CurrentManagedThreadId;
        try
        {
            return Build();
        }
        finally
        {
            _thread = 0;
        }
    }

    private Router Build()
    {
        var options = services.GetRequiredService<IOptions<RouterOptions>>().Value;
        var router = new Router(options, services.GetService<ILoggerFactory>(), services.GetService<TimeProvider>());
        try
        {
            AddProviders(router);
            foreach (var attachment in services.GetServices<RouterAttachment>())
                attachment.Attach(router);
            return router;
        }
        catch
        {
            ((IDisposable)router).Dispose();
            throw;
        }
    }

    private void AddProviders(Router router)
    {
        var problems = new List<string>();
        var origins = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in services.GetServices<IProviderSource>().SelectMany(source => source.Entries))
        {
            if (Create(entry, problems) is not { } provider)
                continue;
            if (origins.TryAdd(provider.Info.Name, entry.Origin))
            {
                router.AddProvider(provider, entry.Options, entry.LeaveOpen);
                continue;
            }

            problems.Add(Messages.SameName(origins[provider.Info.Name], entry.Origin));
            if (!entry.LeaveOpen)
                (provider as IDisposable)?.Dispose();
        }

        if (problems.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, typeof(RouterOptions), problems);
    }

    private ILlmProvider? Create(ProviderEntry entry, List<string> problems)
    {
        try
        {
            return entry.Create(services)
                ?? throw new InvalidOperationException($"{entry.Origin} must make a provider, but returned null.");
        }
        catch (ArgumentException e) when (entry.FromSettings)
        {
            problems.Add($"{entry.Origin}: {e.Plain()}");
            return null;
        }
    }
}
