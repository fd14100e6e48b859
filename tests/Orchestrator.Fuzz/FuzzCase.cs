using System.Globalization;
using System.Text;

namespace Orchestrator.Fuzz;

/// <summary>How the body ends.</summary>
internal enum Ending
{
    Clean,
    Reset,
    CutChunk,
    TimedOut,
    Cancelled,
}

/// <summary>What an independent look at the bytes says of the outcome.</summary>
internal enum Expectation
{
    Any,
    Answer,
    NoAnswer,
}

/// <summary>One input: the bytes and the way they come. Used again for the next one; can be written to a file and read back.</summary>
internal sealed class FuzzCase
{
    public string Reader { get; set; } = "";

    public ByteBuffer Bytes { get; } = new();

    public int Status { get; set; } = 200;

    public List<KeyValuePair<string, string>> Headers { get; } = [];

    /// <summary>Starts the dice that cut the bytes into pieces; 0: one piece.</summary>
    public ulong Pieces { get; set; }

    public Ending Ending { get; set; }

    /// <summary>Whether the first unreadable event is to fail the answer.</summary>
    public bool Strict { get; set; }

    /// <summary>Whether the HTTP client takes the body for gzip; then the length it has when it is.</summary>
    public int? UnzippedLength { get; set; }

    public Expectation Expectation { get; set; }

    public void Clear(string reader)
    {
        Reader = reader;
        Bytes.Clear();
        Status = 200;
        Headers.Clear();
        Pieces = 0;
        Ending = Ending.Clean;
        Strict = false;
        UnzippedLength = null;
        Expectation = Expectation.Any;
    }

    public void Save(string path, string why)
    {
        var text = new StringBuilder();
        foreach (var line in why.Split('\n'))
            text.Append("# ").AppendLine(line.TrimEnd('\r'));
        text.Append("reader ").AppendLine(Reader)
            .Append(CultureInfo.InvariantCulture,
                $"status {Status}\npieces {Pieces}\nending {Ending}\nstrict {Strict}\nexpect {Expectation}\n");
        if (UnzippedLength is { } length)
            text.Append(CultureInfo.InvariantCulture, $"gzip {length}\n");
        foreach (var (name, value) in Headers)
            text.Append("header ").AppendLine(Convert.ToHexString(Encoding.Latin1.GetBytes($"{name}: {value}")));
        foreach (var line in Convert.ToHexString(Bytes.Span).Chunk(120))
            text.Append("hex ").Append(line).Append('\n');
        File.WriteAllText(path, text.ToString());
    }

    public static FuzzCase Load(string path)
    {
        var result = new FuzzCase();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0 && l[0] != '#'))
        {
            var (key, value) = line.IndexOf(' ') is > 0 and var at ? (line[..at], line[(at + 1)..].Trim()) : (line, "");
            switch (key)
            {
                case "reader": result.Reader = value; break;
                case "status": result.Status = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "pieces": result.Pieces = ulong.Parse(value, CultureInfo.InvariantCulture); break;
                case "ending": result.Ending = Enum.Parse<Ending>(value); break;
                case "strict": result.Strict = bool.Parse(value); break;
                case "expect": result.Expectation = Enum.Parse<Expectation>(value); break;
                case "gzip": result.UnzippedLength = int.Parse(value, CultureInfo.InvariantCulture); break;
                case "header":
                    var header = Encoding.Latin1.GetString(Convert.FromHexString(value)).Split(": ", 2);
                    result.Headers.Add(KeyValuePair.Create(header[0], header[1]));
                    break;
                case "hex": result.Bytes.Append(Convert.FromHexString(value)); break;
                default: throw new FormatException($"'{key}' is no line of a replay file.");
            }
        }

        return result;
    }
}
