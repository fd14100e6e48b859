using System.Collections.Concurrent;

namespace Orchestrator.DependencyInjection;

/// <summary>
/// What the handlers of named clients need besides the defaults, such as roots of their own. Set when a provider is made, for its settings
/// are known only then, and read when the factory makes the handler. One to a container; thread-safe.
/// </summary>
internal sealed class HttpHandlerNeeds
{
    private readonly ConcurrentDictionary<string, Action<SocketsHttpHandler>> _byName = new(StringComparer.Ordinal);

    public void Add(string name, Action<SocketsHttpHandler> prepare) => _byName[name] = prepare;

    public void ApplyTo(string name, SocketsHttpHandler handler)
    {
        if (_byName.TryGetValue(name, out var prepare))
            prepare(handler);
    }
}
