namespace Orchestrator.ClientCuts;

/// <summary>Counts of endings, by what was done to the stream and by client.</summary>
internal sealed class Tally
{
    private readonly Dictionary<(string Breakage, string Subject), List<(Ending Ending, Rule Rule)>> _rows = [];

    public int Runs => _rows.Values.Sum(r => r.Count);

    public void Add(Breakage breakage, Subject subject, Ending ending)
    {
        if (!_rows.TryGetValue((breakage.Name, subject.Name), out var row))
            _rows.Add((breakage.Name, subject.Name), row = []);
        row.Add((ending, breakage.Rule));
    }

    public void Print(bool markdown)
    {
        Print(markdown, ["stream", "client", "runs", "whole", "sold as whole", "with finish reason", "typed error", "other exceptions"]);
        if (markdown)
            Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |");
        foreach (var ((breakage, subject), row) in _rows)
        {
            var sold = row.Where(r => r.Ending.Outcome is Outcome.Finished or Outcome.Quiet && !Honest(r)).ToList();
            Print(markdown,
            [
                breakage, subject, $"{row.Count}", Number(row.Count(Honest)),
                markdown && sold.Count > 0 ? $"**{sold.Count}**" : Number(sold.Count),
                Number(sold.Count(r => r.Ending.Outcome == Outcome.Finished)), Number(row.Count(r => r.Ending.Outcome == Outcome.Typed)),
                Others(row, markdown),
            ]);
        }
    }

    private static bool Honest((Ending Ending, Rule Rule) run) => run.Rule != Rule.Fails && run.Ending.IsWhole;

    private static string Number(int count) => count == 0 ? "" : $"{count}";

    private static string Others(List<(Ending Ending, Rule Rule)> row, bool markdown) => string.Join(", ", row
        .Where(r => r.Ending.Outcome == Outcome.Raw)
        .GroupBy(r => r.Ending.What)
        .OrderByDescending(g => g.Count())
        .Select(g => markdown ? $"{g.Count()} `{g.Key}`" : $"{g.Count()} {g.Key}"));

    private static void Print(bool markdown, string[] cells) => Console.WriteLine(markdown
        ? $"| {string.Join(" | ", cells)} |".Replace("  ", " ", StringComparison.Ordinal)
        : $"{cells[0],-26}{cells[1],-32}{cells[2],6}{cells[3],7}{cells[4],15}{cells[5],20}{cells[6],13}  {cells[7]}");
}
