namespace Orchestrator.Lab;

/// <summary>What was compared and what differed, by section. Never holds an answer's text.</summary>
internal sealed class Findings
{
    private const int Shown = 20;

    private readonly Lock _lock = new();
    private readonly List<Section> _sections = [];

    public int Mismatches { get; private set; }

    /// <summary>Counts one comparison.</summary>
    public void Check(string section, bool isRight, string otherwise)
    {
        lock (_lock)
        {
            var row = Row(section);
            row.Checks++;
            if (isRight)
                return;
            row.Mismatches++;
            if (++Mismatches <= Shown)
                Console.Error.WriteLine($"{section}: {otherwise}");
        }
    }

    public void Equal<T>(string section, string what, T expected, T actual) =>
        Check(section, EqualityComparer<T>.Default.Equals(expected, actual), $"{what}: expected {expected}, got {actual}.");

    /// <summary>Adds numbers worth seeing, or why nothing was compared.</summary>
    public void Note(string section, string text)
    {
        lock (_lock)
            Row(section).Notes.Add(text);
    }

    public void Print()
    {
        lock (_lock)
        {
            Console.WriteLine($"{"section",-32}{"compared",10}{"mismatches",12}  notes");
            foreach (var row in _sections)
                Console.WriteLine($"{row.Name,-32}{row.Checks,10}{row.Mismatches,12}  {string.Join("; ", row.Notes)}");
        }
    }

    private Section Row(string name)
    {
        var row = _sections.Find(s => s.Name == name);
        if (row is null)
            _sections.Add(row = new Section(name));
        return row;
    }

    private sealed class Section(string name)
    {
        public string Name { get; } = name;

        public List<string> Notes { get; } = [];

        public int Checks { get; set; }

        public int Mismatches { get; set; }
    }
}
