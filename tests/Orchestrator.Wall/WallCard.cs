using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orchestrator.Wall;

/// <summary>The scorecard of a run: as text, as a table of Markdown, as JSON, and against the bar.</summary>
internal sealed class WallCard(string protocol, bool realTime)
{
    private static readonly (WallMode Mode, int[] Bar)[] Bars =
    [
        (WallMode.Buffered, [16, 0, 0, 0]), (WallMode.Live, [13, 0, 3, 0]), (WallMode.LiveWithRestart, [16, 0, 0, 0]),
    ];

    private readonly List<WallResult> _results = [];

    /// <summary>S15 over many seeds; null when it was not run.</summary>
    public OutageSeeds.Outcome? Seeds { get; set; }

    public IReadOnlyList<WallResult> Results => _results;

    public void Add(WallResult result) => _results.Add(result);

    public static string Row(WallResult r) => string.Create(
        CultureInfo.InvariantCulture,
        $"{r.Id}  {r.Mode.Name(),-17}  {Word(r.Verdict),-7}  {r.Primary,5}  {r.Secondary,5}  {r.Seconds,7:0.0} s  "
        + $"{r.Note}{(r.BelowOurs ? " (below our own figure)" : "")}");

    /// <summary>Pass, partial, safe, fail over the public scenarios.</summary>
    public int[] Counts(WallMode mode) => [.. new[] { WallVerdict.Pass, WallVerdict.Partial, WallVerdict.Safe, WallVerdict.Fail }
        .Select(v => _results.Count(r => r.Mode == mode && r.Id[0] == 'S' && r.Verdict == v))];

    public string CountsText(WallMode mode) => string.Join('/', Counts(mode));

    /// <summary>How many rows of a letter passed, failed and do not apply.</summary>
    public string Tally(char letter)
    {
        var rows = _results.Where(r => r.Id[0] == letter).ToList();
        var failed = rows.Count(r => r.Verdict == WallVerdict.Fail);
        var skipped = rows.Count(r => r.Verdict == WallVerdict.Skipped);
        return $"{rows.Count - failed - skipped} passed, {failed} failed, {skipped} not applicable";
    }

    /// <summary>Whether nothing is below the bar. Of a run of some scenarios only those count.</summary>
    public bool IsUpToBar(bool isWhole)
    {
        if (_results.Exists(r => r.BelowOurs || r.Id[0] != 'S' && r.Verdict == WallVerdict.Fail) || Seeds?.Faults.Count > 0)
            return false;
        // A protocol that lacks a fault cannot reach the number; what it has must not be worse.
        return isWhole && !_results.Exists(r => r.Id[0] == 'S' && r.Verdict == WallVerdict.Skipped)
            ? Array.TrueForAll(Bars, b => Counts(b.Mode).SequenceEqual(b.Bar))
            : _results.TrueForAll(r => r.Verdict is WallVerdict.Pass or WallVerdict.Skipped || r.Verdict == Expected(r.Id, r.Mode));
    }

    /// <summary>What a scenario is to come to: a live stream that broke cannot be mended, only said.</summary>
    public static WallVerdict Expected(string id, WallMode mode) =>
        mode == WallMode.Live && id is ("S08" or "S09" or "S14") ? WallVerdict.Safe : WallVerdict.Pass;

    /// <summary>The rows of one letter as a table, a column for each mode.</summary>
    public string Markdown(char letter)
    {
        var text = new StringBuilder("| id | fault | buffered | live | live with restart |\n| --- | --- | --- | --- | --- |\n");
        foreach (var group in _results.Where(r => r.Id[0] == letter).GroupBy(r => (r.Id, r.Title)))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {group.Key.Id} | {group.Key.Title} |");
            foreach (var mode in WallModes.All)
                text.Append(CultureInfo.InvariantCulture, $" {Cell(group.FirstOrDefault(r => r.Mode == mode))} |");
            text.Append('\n');
        }

        return text.ToString();
    }

    public string Json()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("protocol", protocol);
            json.WriteString("time", realTime ? "real" : "virtual");
            foreach (var mode in WallModes.All)
                json.WriteString(mode.Name(), CountsText(mode));
            if (Seeds is { } seeds)
            {
                json.WriteStartObject("seeds");
                json.WriteNumber("count", seeds.Seeds);
                json.WriteNumber("mostAttempts", seeds.MostAttempts);
                json.WriteNumber("longestReturn", Math.Round(seeds.LongestReturn, 1));
                json.WriteNumber("faults", seeds.Faults.Count);
                json.WriteEndObject();
            }

            json.WriteStartArray("results");
            foreach (var result in _results)
                Write(json, result);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Write(Utf8JsonWriter json, WallResult result)
    {
        json.WriteStartObject();
        json.WriteString("scenario", result.Id);
        json.WriteString("title", result.Title);
        json.WriteString("mode", result.Mode.Name());
        json.WriteString("verdict", Word(result.Verdict));
        json.WriteNumber("primary", result.Primary);
        json.WriteNumber("secondary", result.Secondary);
        json.WriteNumber("seconds", Math.Round(result.Seconds, 1));
        json.WriteString("note", result.Note);
        json.WriteEndObject();
    }

    private static string Cell(WallResult? result) => result is null ? "—" : string.Create(
        CultureInfo.InvariantCulture, $"{Word(result.Verdict)}, {result.Primary} + {result.Secondary}, {result.Seconds:0.0} s");

    private static string Word(WallVerdict verdict) => verdict switch
    {
        WallVerdict.Pass => "pass",
        WallVerdict.Partial => "partial",
        WallVerdict.Safe => "safe",
        WallVerdict.Fail => "FAIL",
        _ => "n/a",
    };
}
