using System.Buffers;
using System.Diagnostics.Tracing;

namespace Orchestrator.Tests.Accounting;

/// <summary>What this thread rents from the shared pool of characters, as its event source tells,
/// and what of it was not given back.</summary>
internal sealed class RentedArrays : EventListener
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly HashSet<int> _open = [];
    private readonly List<int> _lengths = [];

    /// <summary>The length of each array until now, in the order they were rented.</summary>
    public int[] Lengths => [.. _lengths];

    public int Open => _open.Count;

    /// <summary>Arrays given back that were not rented since the listening began: mostly those given back twice.</summary>
    public int Strange { get; private set; }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
            EnableEvents(eventSource, EventLevel.Verbose);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // Events come on the thread that causes them, and other tests run on others.
        if (Environment.CurrentManagedThreadId != _thread || eventData.Payload is not { Count: > 2 } payload
            || !payload[2]!.Equals(ArrayPool<char>.Shared.GetHashCode()))
            return;
        var id = (int)payload[0]!;
        if (eventData.EventName == "BufferRented")
        {
            _lengths.Add((int)payload[1]!);
            _open.Add(id);
        }
        else if (eventData.EventName == "BufferReturned" && !_open.Remove(id))
        {
            Strange++;
        }
    }
}
