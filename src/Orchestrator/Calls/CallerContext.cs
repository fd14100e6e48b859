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

    private CallerContext(ExecutionContext context, bool isSuppressed)
    {
        (_context, _isSuppressed) = (context, isSuppressed);
        _synchronization = SynchronizationContext.Current;
    }

    public static CallerContext Capture()
    {
        if (ExecutionContext.Capture() is { } context)
            return new(context, isSuppressed: false);
        // A flow that is suppressed hides the context; the look restores it for a moment.
        ExecutionContext.RestoreFlow();
        context = ExecutionContext.Capture()!;
        ExecutionContext.SuppressFlow();
        return new(context, isSuppressed: true);
    }

    public void Restore()
    {
        if (!ReferenceEquals(SynchronizationContext.Current, _synchronization))
            SynchronizationContext.SetSynchronizationContext(_synchronization);
        if (!_isSuppressed && ReferenceEquals(ExecutionContext.Capture(), _context))
            return;
        ExecutionContext.Restore(_context);
        if (_isSuppressed)
            ExecutionContext.SuppressFlow();
    }
}
