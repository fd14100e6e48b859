using BenchmarkDotNet.Running;
using Orchestrator.Benchmarks;

return args switch
{
    ["--gate"] => await AllocationGate.RunAsync(),
    ["--quick", .. var sections] => await QuickRun.RunAsync(sections),
    ["--http-server"] => await CannedServer.RunAsync(),
    ["--allocations", .. var rest] => await AllocationProfile.RunAsync(rest is ["stream"]),
    ["--spin", .. var rest] => await Spin.RunAsync(rest.FirstOrDefault()),
    _ => RunBenchmarks(args),
};

static int RunBenchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(BufferedBenchmarks).Assembly).Run(args, new BenchmarkConfig());
    return 0;
}
