using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>The clients the router is compared with, over the same answers.</summary>
internal static class Peers
{
    private const string Spans = "Benchmarks.Spans";
    private const string SpansAndMeters = "Benchmarks.SpansAndMeters";

    private static readonly ActivityListener Activities = new()
    {
        ShouldListenTo = source => source.Name is Spans or SpansAndMeters,
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
    };

    private static readonly MeterListener Meters = new()
    {
        InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SpansAndMeters)
                listener.EnableMeasurementEvents(instrument);
        },
    };

    static Peers()
    {
        ActivitySource.AddActivityListener(Activities);
        // What an exporter does with a measurement comes on top; here it is dropped.
        Meters.SetMeasurementEventCallback<int>(static (_, _, _, _) => { });
        Meters.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        Meters.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        Meters.Start();
    }

    /// <summary>Ordered failover over so many clients.</summary>
    public static IChatClient Ordered(int clients, int updates = 2) =>
        new OrderedFailoverChatClient(Enumerable.Range(0, clients).Select(IChatClient (_) => new InstantClient(updates)).ToArray());

    /// <summary>With a span for each call, and a listener to it.</summary>
    public static IChatClient OrderedWithSpans(int clients) => Traced(Ordered(clients), Spans);

    /// <summary>With the span and the two histograms, and a listener to all of them, as in a program with OpenTelemetry.</summary>
    public static IChatClient OrderedWithSpansAndMeters(int clients) => Traced(Ordered(clients), SpansAndMeters);

    /// <summary>The same over a client of the caller's.</summary>
    public static IChatClient OrderedWithSpansAndMeters(IChatClient client) =>
        Traced(new OrderedFailoverChatClient([client, client, client]), SpansAndMeters);

    private static IChatClient Traced(IChatClient client, string sourceName) =>
        client.AsBuilder().UseOpenTelemetry(sourceName: sourceName).Build();
}
