using System.Globalization;
using Orchestrator;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Quickstart;

/// <summary>Shows the router at work: a table that moves on a terminal, plain lines where there is none.</summary>
internal sealed class Board(Router router)
{
    private const int Shown = 4;

    private readonly Lock _lock = new();
    private readonly Queue<string> _last = new();
    private readonly bool _live = AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true } && !Console.IsOutputRedirected;
    private int _calls;
    private int _failovers;

    /// <summary>Hears of every answer, from all callers at once.</summary>
    public void Note(RouteResult answer)
    {
        lock (_lock)
        {
            _calls++;
            if (answer.Attempts is not [var failed, .., var answered])
                return;
            _failovers += answer.Attempts.Count - 1;
            var after = answer.Latency.TotalMilliseconds;
            var line = $"failover: {failed.Provider.Name} {failed.Error!.Kind}, {answered.Provider.Name} answered after {after:0} ms";
            _last.Enqueue(line);
            if (_last.Count > Shown)
                _last.Dequeue();
            if (!_live && _failovers <= Shown)
                AnsiConsole.WriteLine(line);
        }
    }

    public async Task ShowAsync(Task traffic)
    {
        if (_live)
        {
            await AnsiConsole.Live(Screen()).AutoClear(true).StartAsync(async screen =>
            {
                do
                    screen.UpdateTarget(Screen());
                while (await Task.WhenAny(traffic, Task.Delay(200)) != traffic);
            });
        }

        await traffic;
    }

    public void Summarize(IReadOnlyList<Totals> totals)
    {
        AnsiConsole.Write(Table(totals));
        lock (_lock)
            AnsiConsole.WriteLine($"{_calls} calls answered, {_failovers} failovers");
    }

    private Rows Screen()
    {
        IRenderable[] lines;
        lock (_lock)
            lines = [.. _last.Select(line => new Text(line, Color.Yellow))];
        return new Rows([Table(Totals.Of(router)), .. lines]);
    }

    // Narrow enough for 80 columns.
    private Table Table(IReadOnlyList<Totals> totals)
    {
        var table = new Table().RoundedBorder().AddColumns("provider", "health");
        foreach (var column in new[] { "requests", "failed", "tokens\nin", "tokens\nout", "cost,\nRUB" })
            table.AddColumn(new TableColumn(column).RightAligned());
        var known = router.GetMetrics();
        foreach (var row in totals)
            table.AddRow([row.Provider, Colored(known[row.Provider].Health), .. Numbers([row])]);
        return table.AddEmptyRow().AddRow(["total", "", .. Numbers(totals)]);
    }

    private static string[] Numbers(IReadOnlyList<Totals> rows) =>
    [
        Number(rows.Sum(row => row.Requests)),
        Number(rows.Sum(row => row.Failed)),
        Number(rows.Sum(row => row.PromptTokens)),
        Number(rows.Sum(row => row.CompletionTokens)),
        rows.Sum(row => row.Cost).ToString("N2", CultureInfo.InvariantCulture),
    ];

    private static string Colored(ProviderHealth health) => health switch
    {
        ProviderHealth.Healthy => $"[green]{health}[/]",
        ProviderHealth.Degraded => $"[yellow]{health}[/]",
        _ => $"[red]{health}[/]",
    };

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
