using System.Diagnostics.Tracing;

namespace Orchestrator.Benchmarks;

/// <summary>Which types a call allocates: the runtime reports one object in about every 100 KB,
/// and its type stands for the whole 100 KB.</summary>
internal static class AllocationProfile
{
    private const int Times = 2_000_000;

    public static async Task<int> RunAsync(bool stream)
    {
        var subject = Spin.Subject(stream);
        var times = stream ? Times / 50 : Times;
        await subject.Run(times / 10);
        await Task.Delay(300);
        using var listener = new Listener();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await subject.Run(times);
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)times;
        listener.Dispose();
        var total = (double)listener.ByType.Values.Sum();
        Table.Head($"{Table.Number(bytes)} bytes a call, by type (sampled)", "type", "bytes");
        foreach (var (type, sampled) in listener.ByType.OrderByDescending(t => t.Value).Where(t => t.Value / total > 0.005))
            Table.Row($"`{type}`", Table.Number(bytes * sampled / total));
        return 0;
    }

    private sealed class Listener : EventListener
    {
        private const EventKeywords Gc = (EventKeywords)1;
        private readonly int _thread = Environment.CurrentManagedThreadId;

        public Dictionary<string, long> ByType { get; } = [];

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
                EnableEvents(eventSource, EventLevel.Verbose, Gc);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName is not { } name || !name.StartsWith("GCAllocationTick", StringComparison.Ordinal))
                return;
            var type = (string)eventData.Payload![eventData.PayloadNames!.IndexOf("TypeName")]!;
            var amount = (ulong)eventData.Payload[eventData.PayloadNames.IndexOf("AllocationAmount64")]!;
            lock (ByType)
                ByType[type] = ByType.GetValueOrDefault(type) + (long)amount;
        }
    }
}
