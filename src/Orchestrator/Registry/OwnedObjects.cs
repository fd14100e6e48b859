using Microsoft.Extensions.Logging;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>
/// The objects that the router disposes, by reference: a provider, or the client that several providers share. Each is disposed once, when
/// the last lifetime of a provider that uses it has ended. Thread-safe; runs foreign code neither under its lock nor on the threads that
/// call it.
/// </summary>
internal sealed class OwnedObjects(ForeignWork foreign, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, Owned> _owned = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Task> _closing = [];

    /// <summary>Registers a lifetime as a user of its object. A second call for the same lifetime does nothing.</summary>
    public void Add(ProviderLifetime lifetime)
    {
        lock (_lock)
        {
            if (!_owned.TryGetValue(KeyOf(lifetime.Provider), out var owned))
                _owned.Add(KeyOf(lifetime.Provider), owned = new Owned());
            owned.Lifetimes.Add(lifetime);
            lifetime.Owner = this;
        }
    }

    /// <summary>Removes a lifetime that has ended. The removal of the last one disposes the object, unless all of its registrations said
    /// <see cref="ProviderLifetime.LeaveOpen"/>.</summary>
    public void Release(ProviderLifetime lifetime, string name)
    {
        Owned? owned;
        lock (_lock)
        {
            var key = KeyOf(lifetime.Provider);
            if (!_owned.TryGetValue(key, out owned) || !owned.Lifetimes.Remove(lifetime))
                return;
            if (!lifetime.LeaveOpen)
                owned.Disposer = lifetime.Provider;
            if (owned.Lifetimes.Count > 0)
                return;
            _owned.Remove(key);
            if (owned.Disposer is null or not (IDisposable or IAsyncDisposable))
            {
                owned.Closed.SetResult();
                return;
            }

            _closing.Add(owned.Closed.Task);
        }

        _ = DisposeAsync(owned, name);
    }

    /// <summary>Completes when no object that was registered until now is in use, and those that the router owns are disposed.</summary>
    public Task WhenAllClosed()
    {
        lock (_lock)
            return Task.WhenAll([.. _owned.Values.Select(o => o.Closed.Task), .. _closing]);
    }

    private static object KeyOf(ILlmProvider provider) => (provider as IClientOwner)?.Client ?? provider;

    private async Task DisposeAsync(Owned owned, string name)
    {
        try
        {
            await foreign.RunAsync(
                owned.Disposer!,
                static provider =>
                {
                    if (provider is IAsyncDisposable later and not IClientOwner { Client: not IAsyncDisposable })
                        return later.DisposeAsync();
                    ((IDisposable)provider).Dispose();
                    return default;
                }).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The failure of one provider to close must not stop the others from closing.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.ProviderDisposalFailed(logger, name, error);
        }

        lock (_lock)
            _closing.Remove(owned.Closed.Task);
        owned.Closed.SetResult();
    }

    private sealed class Owned
    {
        public HashSet<ProviderLifetime> Lifetimes { get; } = [];

        /// <summary>The provider whose disposal disposes the object; null while every lifetime that has ended was to be left
        /// open.</summary>
        public ILlmProvider? Disposer { get; set; }

        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
