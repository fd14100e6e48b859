using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.ML.Tokenizers;

namespace Orchestrator;

/// <summary>
/// Exact counts of the o200k encoding, from a vocabulary that is loaded at the first count. Thread-safe. The names of special tokens are
/// ordinary text here, as they are to a vendor that finds them in a message.
/// </summary>
internal sealed class O200kVocabulary
{
    // One for the process, because it takes 40 MB.
    private static readonly Lazy<Tokenizer> OfProcess = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    /// <summary>
    /// The longest unbroken run counted in one go. The library takes quadratic time on a run, so a longer one is cut: at this many ASCII
    /// characters, or at fewer of the others, which are two or three bytes each.
    /// </summary>
    public const int LongestRun = 1024, LongestWideRun = 128;

    private readonly Lazy<Tokenizer> _tokenizer;
    private PieceCounts? _pieces;
    private int _loading;

    public O200kVocabulary() => _tokenizer = OfProcess;

    /// <summary>With another tokenizer, for tests.</summary>
    internal O200kVocabulary(Func<Tokenizer> load) => _tokenizer = new(load);

    public bool IsLoaded => _tokenizer.IsValueCreated;

    /// <summary>Loads the vocabulary on the thread pool, before the first count needs it.</summary>
    public void BeginLoad()
    {
        if (Interlocked.Exchange(ref _loading, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static vocabulary => vocabulary.Load(), this, preferLocal: false);
    }

    private void Load()
    {
        try
        {
            _ = _tokenizer.Value;
        }
#pragma warning disable CA1031 // The next count that waits for it throws the same.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    // Here and in what it calls: one long prompt is counted in the first calls of a process, before the runtime would have optimized the
    // loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public long Count(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return 0;
        var tokenizer = _tokenizer.Value;
        var pieces = _pieces ??= new PieceCounts();
        var count = 0L;
        for (var start = 0; start < text.Length;)
        {
            var end = O200kPieces.End(text, start);
            var piece = text[start..end];
            start = end;
            if (piece.Length > PieceCounts.LongestPiece)
            {
                count += CountRun(tokenizer, piece);
                continue;
            }
            var known = pieces.Find(piece, out var hash);
            if (known == 0)
                pieces.Remember(hash, known = CountPiece(tokenizer, piece));
            count += known;
        }
        return count;
    }

    private static long CountRun(Tokenizer tokenizer, ReadOnlySpan<char> run)
    {
        var count = 0L;
        while (!run.IsEmpty)
        {
            var cut = CutOfRun(run);
            count += CountPiece(tokenizer, run[..cut]);
            run = run[cut..];
        }
        return count;
    }

    private static int CutOfRun(ReadOnlySpan<char> run)
    {
        var cut = Math.Min(run.Length, LongestRun);
        if (!Ascii.IsValid(run[..cut]))
            cut = Math.Min(run.Length, LongestWideRun);
        return cut < run.Length && char.IsHighSurrogate(run[cut - 1]) && char.IsLowSurrogate(run[cut]) ? cut - 1 : cut;
    }

    private static int CountPiece(Tokenizer tokenizer, ReadOnlySpan<char> piece) =>
        tokenizer.CountTokens(piece, considerPreTokenization: false, considerNormalization: false);
}
