using System.Globalization;

namespace Orchestrator.Wall;

/// <summary>The command line.</summary>
internal sealed record WallArguments
{
    public const string Usage = """
        dotnet run -c Release --project tests/Orchestrator.Wall [-- options]
          --protocol openai          what the servers speak: openai, ollama, gigachat, yandexgpt, or all of them one after the other;
                                     a dialect of OpenAI's protocol such as deepseek or mistral, or dialects for all of those
          --only S01,N05             some scenarios only
          --real-time                the true minutes instead of virtual ones
          --seeds 1000               over how many seeds S15 is run without sockets; 0 for none
          --json artifacts/wall.json where the scorecard is kept; with the protocol in its name unless it is OpenAI's
          --markdown                 prints the tables of docs/reliability.md
          --endpoint URL --primary URL --secondary URL
                                     serves the router over two servers of OpenAI's protocol, for a wall of others
        """;

    public string Protocol { get; private init; } = "openai";

    public IReadOnlyList<string> Only { get; private init; } = [];

    public bool RealTime { get; private init; }

    public int Seeds { get; private init; } = 1000;

    public string Json { get; private init; } = "artifacts/wall.json";

    public bool Markdown { get; private init; }

    public Uri? Endpoint { get; private init; }

    public Uri? Primary { get; private init; }

    public Uri? Secondary { get; private init; }

    /// <summary>Reads the arguments; throws <see cref="ArgumentException"/> for what it does not know.</summary>
    public static WallArguments Parse(string[] args)
    {
        var read = new WallArguments();
        for (var i = 0; i < args.Length; i++)
        {
            var option = args[i];
            read = option switch
            {
                "--real-time" => read with { RealTime = true },
                "--markdown" => read with { Markdown = true },
                "--protocol" => read with { Protocol = Next() },
                "--only" => read with { Only = Next().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--seeds" => read with { Seeds = int.Parse(Next(), CultureInfo.InvariantCulture) },
                "--json" => read with { Json = Next() },
                "--endpoint" => read with { Endpoint = new Uri(Next()) },
                "--primary" => read with { Primary = new Uri(Next()) },
                "--secondary" => read with { Secondary = new Uri(Next()) },
                _ => throw new ArgumentException($"There is no option '{option}'.\n{Usage}"),
            };

            string Next() => ++i < args.Length ? args[i] : throw new ArgumentException($"The option '{option}' needs a value.\n{Usage}");
        }

        return read;
    }
}
