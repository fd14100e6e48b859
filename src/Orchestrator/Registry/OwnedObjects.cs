using Microsoft.Extensions.Logging;
using Orchestrator.Providers;

namespace Orchestrator;

/// <summary>
/// What the providers of one router own, by reference: the provider itself, or the client that several were built over. Each is disposed
/// once, when the last lease on it has ended. Thread-safe; runs foreign code neither under its lock nor on the threads that call it.
/// </summary>
internal sealed class OwnedObjects(ForeignWork foreign, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, Owned> _owned = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Task> _closing = [];

    /// <summary>Counts a lease in. Once more does nothing.</summary>
    public void Add(ProviderLifetime lease)
    {
        lock (_lock)
        {
            if (!_owned.TryGetValue(KeyOf(lease.Provider), out var owned))
                _owned.Add(KeyOf(lease.Provider), owned = new Owned());
            owned.Leases.Add(lease);
            lease.Owner = this;
        }
    }

    /// <summary>Counts a lease out; the last one has its object disposed, if one of them handed it over to the router.</summary>
    public void Release(ProviderLifetime lease, string name)
    {
        Owned? owned;
        lock (_lock)
        {
            var key = KeyOf(lease.Provider);
            if (!_owned.TryGetValue(key, out owned) || !owned.Leases.Remove(lease))
                return;
            if (!lease.LeaveOpen)
                owned.Disposer = lease.Provider;
            if (owned.Leases.Count > 0)
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

    /// <summary>Completes when nothing that was registered until now is used any more, and what was the router's is disposed.</summary>
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
#pragma warning disable CA1031 // A provider that fails to close takes nothing else down with it.
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
        public HashSet<ProviderLifetime> Leases { get; } = [];

        /// <summary>The provider whose disposal disposes the object; null while no lease that has ended was the router's to
        /// dispose.</summary>
        public ILlmProvider? Disposer { get; set; }

        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
