using Microsoft.Extensions.AI;

namespace Orchestrator.Benchmarks;

/// <summary>Buffered and streamed calls beside their peers, and what a strategy costs.</summary>
internal static class CallSections
{
    // A quarter of a millisecond: shorter than a time slice, so that most rounds have a core to themselves on a busy machine too.
    private const int Times = 500;
    private const int Rounds = 801;
    private const int Updates = 200;

    private static readonly LlmRequest Request = new("hello");
    private static readonly ChatMessage[] Messages = [new(ChatRole.User, "hello")];

    public static async Task BufferedAsync()
    {
        var provider = InstantProvider.Whole("direct");
        var parts = InstantProvider.Parts("direct");
        var client = new InstantClient();
        var (ordered, spans, meters) = (Peers.Ordered(3), Peers.OrderedWithSpans(3), Peers.OrderedWithSpansAndMeters(3));
        var (one, three, ten, threeParts) = (Routers.Whole(1), Routers.Whole(3), Routers.Whole(10), Routers.Parts(3));
        var costs = await Paired.MeasureAsync(
            Times,
            Rounds,
            Subject.Of("provider itself", () => Calls.DrainAsync(provider, Request)),
            Subject.Of("provider itself, in parts", () => Calls.DrainAsync(parts, Request)),
            Subject.Of("client itself", () => client.GetResponseAsync(Messages)),
            Subject.Of("ordered failover, 3", () => ordered.GetResponseAsync(Messages)),
            Subject.Of("ordered failover, 3, spans", () => spans.GetResponseAsync(Messages)),
            Subject.Of("ordered failover, 3, spans and meters", () => meters.GetResponseAsync(Messages)),
            Subject.Of("router, 1", () => one.RouteAsync(Request)),
            Subject.Of("router, 3", () => three.RouteAsync(Request)),
            Subject.Of("router, 10", () => ten.RouteAsync(Request)),
            Subject.Of("router, 3, string", () => three.RouteAsync("hello")),
            Subject.Of("router, 3, in parts", () => threeParts.RouteAsync(Request)));
        var (itself, itselfParts, clientItself) = (costs[0], costs[1], costs[2]);
        Table.Head("Buffered call, best-available", "subject", "ns (median)", "ns (least)", "bytes", "ns over direct", "bytes over direct");
        Row("provider itself", itself, itself);
        Row("provider itself, in parts", itselfParts, itselfParts);
        Row("client itself", clientItself, clientItself);
        Row("ordered failover, 3 clients", costs[3], clientItself);
        Row("… with spans listened to", costs[4], clientItself);
        Row("… with spans and meters listened to", costs[5], clientItself);
        Row("router, 1 provider", costs[6], itself);
        Row("router, 3 providers", costs[7], itself);
        Row("router, 10 providers", costs[8], itself);
        Row("router, 3 providers, RouteAsync(string)", costs[9], itself);
        Row("router, 3 providers, answer in parts", costs[10], itselfParts);

        var over = costs[7].Over(itself);
        Table.Head("Buffered call, ratios", "what", "value", "bar");
        Table.Bar("overhead, 3 providers ÷ ordered failover with spans", over / costs[4].Over(clientItself), "≤ 2.0, aim 1.0");
        Table.Bar("overhead, 3 providers ÷ ordered failover with spans and meters", over / costs[5].Over(clientItself), "≤ 2.0, aim 1.0");
        Table.Bar("call over 10 providers ÷ over 3", costs[8].Median / costs[7].Median, "≤ 2.0");
        Table.Bar("bytes over the provider itself", costs[7].Bytes - itself.Bytes, "≤ 1,536", " B");
    }

    public static async Task StreamedAsync()
    {
        var provider = InstantProvider.Streaming("direct", Updates);
        var client = new InstantClient(Updates);
        var (ordered, router, longer) = (Peers.Ordered(3, Updates), Routers.Streaming(3, Updates), Routers.Streaming(3, 2 * Updates));
        var costs = await Paired.MeasureAsync(
            20,
            Rounds,
            Subject.Of("provider itself", () => Calls.DrainAsync(provider, Request)),
            Subject.Of("client itself", () => Calls.DrainAsync(client.GetStreamingResponseAsync(Messages))),
            Subject.Of("ordered failover", () => Calls.DrainAsync(ordered.GetStreamingResponseAsync(Messages))),
            Subject.Of("router", () => Calls.DrainAsync(router.RouteStreamAsync(Request))),
            Subject.Of("router, 400", () => Calls.DrainAsync(longer.RouteStreamAsync(Request))));
        Table.Head($"Stream of {Updates} updates", "subject", "ns (median)", "ns (least)", "bytes", "ns over direct, per update");
        StreamRow("provider itself", costs[0], costs[0]);
        StreamRow("client itself", costs[1], costs[1]);
        StreamRow("ordered failover, 3 clients", costs[2], costs[1]);
        StreamRow("router, 3 providers", costs[3], costs[0]);
        Table.Head("Stream, ratios", "what", "value", "bar");
        Table.Bar("overhead per update ÷ ordered failover", costs[3].Over(costs[0]) / costs[2].Over(costs[1]), "≤ 0.75");
        Table.Bar("bytes per further update", (costs[4].Bytes - costs[3].Bytes) / Updates, "0", " B");
    }

    public static async Task StrategiesAsync()
    {
        var provider = InstantProvider.Whole("direct");
        var strategies = Enum.GetValues<RoutingStrategy>();
        var counts = new[] { 1, 3, 10 };
        var subjects = strategies.SelectMany(strategy => counts.Select(count =>
        {
            var router = Routers.Whole(count, strategy);
            return Subject.Of($"{strategy}, {count}", () => router.RouteAsync(Request));
        }));
        var costs = await Paired.MeasureAsync(Times, 301, [Subject.Of("direct", () => Calls.DrainAsync(provider, Request)), .. subjects]);
        Table.Head("Buffered call by strategy, over the provider itself", "strategy", "1: ns", "1: bytes", "3: ns", "3: bytes",
            "10: ns", "10: bytes");
        for (var i = 0; i < strategies.Length; i++)
        {
            var row = costs.Skip(1 + i * counts.Length).Take(counts.Length);
            Table.Row([strategies[i].ToString(),
                .. row.SelectMany(c => new[] { Table.Number(c.Over(costs[0])), Table.Number(c.Bytes - costs[0].Bytes) })]);
        }
    }

    public static async Task RankingAsync()
    {
        var strategies = Enum.GetValues<RoutingStrategy>();
        var counts = new[] { 3, 10 };
        var subjects = strategies.SelectMany(strategy => counts.Select(count =>
        {
            var rankings = new Rankings(strategy, count);
            return Subject.Of($"{strategy}, {count}", () => { rankings.First(); });
        }));
        var costs = await Paired.MeasureAsync(20_000, 31, [.. subjects]);
        Table.Head("First choice alone", "strategy", "3: ns", "3: bytes", "10: ns", "10: bytes");
        for (var i = 0; i < strategies.Length; i++)
        {
            var row = costs.Skip(i * counts.Length).Take(counts.Length);
            Table.Row([strategies[i].ToString(), .. row.SelectMany(c => new[] { Table.Number(c.Median, 1), Table.Number(c.Bytes) })]);
        }
    }

    private static void Row(string name, Cost cost, Cost direct) => Table.Row(
        name,
        Table.Number(cost.Median),
        Table.Number(cost.Least),
        Table.Number(cost.Bytes),
        Table.Number(cost.Over(direct)),
        Table.Number(cost.Bytes - direct.Bytes));

    private static void StreamRow(string name, Cost cost, Cost direct) => Table.Row(
        name,
        Table.Number(cost.Median),
        Table.Number(cost.Least),
        Table.Number(cost.Bytes),
        Table.Number(cost.Over(direct) / Updates, 1));
}
