namespace Orchestrator;

/// <summary>
/// The execution context of a caller, for methods that run code of others and are not async: as after an async method, what a provider sets
/// for its own code does not reach the caller's.
/// </summary>
internal readonly struct CallerContext
{
    private readonly ExecutionContext? _context;

    private CallerContext(ExecutionContext? context) => _context = context;

    public static CallerContext Capture() => new(ExecutionContext.Capture());

    public void Restore()
    {
        if (_context is not null && !ReferenceEquals(ExecutionContext.Capture(), _context))
            ExecutionContext.Restore(_context);
    }
}
