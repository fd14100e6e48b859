using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>Updates that were held back and go out one by one.</summary>
internal struct ReleasedUpdates
{
    private List<ChatResponseUpdate>? _updates;
    private int _taken;

    /// <summary>Puts updates in the place of those that have gone out.</summary>
    /// <param name="updates">The updates; the list is this one's own from now on.</param>
    /// <param name="last">One more at the end; null for none.</param>
    public void Queue(List<ChatResponseUpdate> updates, ChatResponseUpdate? last = null)
    {
        if (last is not null)
            updates.Add(last);
        _updates = updates;
        _taken = 0;
    }

    /// <summary>The next; null when all have gone out.</summary>
    public ChatResponseUpdate? TakeNext() => _updates is { } updates && _taken < updates.Count ? updates[_taken++] : null;
}
