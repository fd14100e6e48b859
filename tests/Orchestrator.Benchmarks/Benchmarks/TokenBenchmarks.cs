using BenchmarkDotNet.Attributes;
using Microsoft.ML.Tokenizers;

namespace Orchestrator.Benchmarks;

/// <summary>Token counting where the library itself is linear, beside it.</summary>
public class ProseTokenBenchmarks
{
    private readonly TokenCounter _counter = new();
    private readonly Tokenizer _library = TiktokenTokenizer.CreateForEncoding("o200k_base");
    private string _text = "";

    [Params(100, 1_000, 100_000, 200_000, 1_000_000)]
    public int Bytes { get; set; }

    [ParamsSource(nameof(Scripts))]
    public string Script { get; set; } = "";

    public static IEnumerable<string> Scripts => Texts.Linear;

    [GlobalSetup]
    public void Setup() => _text = Texts.Of(Script, Bytes);

    [Benchmark(Baseline = true)]
    public int Library() => _library.CountTokens(_text);

    [Benchmark]
    public int Counter() => _counter.Count(_text, "gpt-4o");

    [Benchmark]
    public int Estimate() => _counter.Count(_text, "GigaChat-2");
}

/// <summary>Token counting of unbroken runs, where the library takes quadratic time.</summary>
public class UnbrokenTokenBenchmarks
{
    private readonly TokenCounter _counter = new();
    private string _text = "";

    [Params(100, 1_000, 100_000, 200_000, 1_000_000)]
    public int Bytes { get; set; }

    [ParamsSource(nameof(Scripts))]
    public string Script { get; set; } = "";

    public static IEnumerable<string> Scripts => Texts.Unbroken;

    [GlobalSetup]
    public void Setup() => _text = Texts.Of(Script, Bytes);

    [Benchmark]
    public int Counter() => _counter.Count(_text, "gpt-4o");
}
