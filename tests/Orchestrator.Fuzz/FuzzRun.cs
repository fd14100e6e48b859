using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Fuzz;

/// <summary>Reads so many inputs with each reader, on all processors.</summary>
internal sealed class FuzzRun(ulong seed, long inputs, string folder, int threads)
{
    private const long MostLive = 64L * 1024 * 1024;
    private const int Block = 64;
    private const int FilesPerKind = 2;
    private const int MostFailures = 1000;
    private readonly ConcurrentDictionary<string, int> _kinds = new(StringComparer.Ordinal);
    private readonly Lock _printing = new();
    private int _failures;

    public long Inputs { get; private set; }

    public int Failures => _failures;

    public static void PrintHeader() =>
        Console.WriteLine($"{"reader",-16}{"inputs",10}{"inputs/s",10}{"most alloc",12}{"peak heap",11}  outcomes");

    /// <summary>Reads the inputs; each reader is made anew for each thread.</summary>
    public void Run(string name, Func<FuzzReader> make)
    {
        var workers = Enumerable.Range(0, threads).Select(_ => new FuzzWorker(make(), seed)).ToArray();
        // The first call of everything compiles code and fills pools; it is no input's doing.
        foreach (var worker in workers)
            WarmUp(worker);
        var watchdog = new Watchdog(workers, Hang);
        var started = Stopwatch.GetTimestamp();
        long next = 0, done = 0;
        var running = workers.Select(worker => new Thread(() =>
        {
            for (long from; (from = Interlocked.Add(ref next, Block) - Block) < inputs && _failures < MostFailures;)
            {
                var to = Math.Min(from + Block, inputs);
                for (var index = from; index < to; index++)
                {
                    if (worker.Run(index) is { } problem)
                        Fail(worker, index, problem);
                }

                Interlocked.Add(ref done, to - from);
            }
        })).ToArray();
        foreach (var thread in running)
            thread.Start();
        foreach (var thread in running)
            thread.Join();
        watchdog.End();
        Inputs += done;
        Report(name, done, Stopwatch.GetElapsedTime(started), workers, watchdog.PeakHeap);
        CheckLive(name);
    }

    private void WarmUp(FuzzWorker worker)
    {
        for (var index = 0; index < 200; index++)
            worker.Run(-1 - index);
    }

    private void Report(string name, long done, TimeSpan took, FuzzWorker[] workers, long peak)
    {
        var outcomes = workers.SelectMany(w => w.OutcomeCounts).GroupBy(o => o.Key)
            .Select(g => (Outcome: g.Key, Count: g.Sum(o => o.Value))).OrderByDescending(o => o.Count);
        var text = string.Join(", ", outcomes.Select(o => string.Create(CultureInfo.InvariantCulture, $"{o.Outcome} {o.Count:N0}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-16}{done,10:N0}{done / took.TotalSeconds,10:N0}{workers.Max(w => w.MostAllocated) / 1024.0,9:N0} "
            + $"KiB{peak / 1048576.0,7:N0} MiB  {text}"));
    }

    /// <summary>What is left when the inputs are gone must not grow with their number.</summary>
    private void CheckLive(string name)
    {
        var live = GC.GetTotalMemory(forceFullCollection: true);
        if (live <= MostLive)
            return;
        Interlocked.Increment(ref _failures);
        Console.WriteLine($"FAILED {name}: {live >> 20} MiB are alive after the run, more than {MostLive >> 20}");
    }

    private void Fail(FuzzWorker worker, long index, string problem)
    {
        Interlocked.Increment(ref _failures);
        if (_kinds.AddOrUpdate($"{worker.Reader}: {problem}", 1, (_, n) => n + 1) <= FilesPerKind)
            Print(worker, index, problem);
    }

    private void Print(FuzzWorker worker, long index, string problem)
    {
        lock (_printing)
        {
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, $"{worker.Reader}-{seed}-{index}.txt");
            worker.Input.Save(path, $"seed {seed}, input {index}\n{problem}");
            Console.WriteLine($"FAILED {worker.Reader}: {problem}");
            Console.WriteLine($"   seed {seed}, input {index}, {worker.Input.Bytes.Length} bytes; again with --replay {path}");
        }
    }

    private void Hang(FuzzWorker worker, long index)
    {
        Print(worker, index, "reading did not end within 2 s");
        Console.WriteLine($"fuzz: stopped at a hang, {_failures + 1} failures");
        Environment.Exit(1);
    }
}
