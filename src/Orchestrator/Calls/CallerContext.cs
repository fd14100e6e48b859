using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>
/// The execution context of a caller, for methods that run code of others and are not async: as after an async method, what a provider sets
/// for its own code does not reach the caller's.
/// </summary>
internal readonly struct CallerContext
{
    private readonly ExecutionContext _context;
    private readonly SynchronizationContext? _synchronization;
    private readonly bool _isSuppressed;

    private CallerContext(ExecutionContext? context)
    {
        _isSuppressed = context is null;
        _context = context ?? Suppressed();
        _synchronization = SynchronizationContext.Current;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CallerContext Capture() => new(ExecutionContext.Capture());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Restore()
    {
        if (!ReferenceEquals(ExecutionContext.Capture(), _context) || !ReferenceEquals(SynchronizationContext.Current, _synchronization))
            RestoreChanged();
    }

    /// <summary>A flow that is suppressed hides the context; the look restores it for a moment.</summary>
    private static ExecutionContext Suppressed()
    {
        ExecutionContext.RestoreFlow();
        var context = ExecutionContext.Capture()!;
        ExecutionContext.SuppressFlow();
        return context;
    }

    private void RestoreChanged()
    {
        SynchronizationContext.SetSynchronizationContext(_synchronization);
        ExecutionContext.Restore(_context);
        if (_isSuppressed)
            ExecutionContext.SuppressFlow();
    }
}
