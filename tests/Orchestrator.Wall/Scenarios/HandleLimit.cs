using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orchestrator.Wall;

/// <summary>While it lives, the process gets no file handle more; those it has go on working. Linux only.</summary>
internal sealed class HandleLimit : IDisposable
{
    // RLIMIT_NOFILE of Linux.
    private const int Files = 7;

    // The standard streams hold the handles below. Not zero: poll refuses more handles at once than may be open, and others wait with it.
    private const nuint StandardStreams = 3;

    private readonly Limit _before;

    public HandleLimit()
    {
        Check(GetLimit(Files, out _before));
        Check(SetLimit(Files, _before with { Soft = StandardStreams }));
    }

    public void Dispose() => Check(SetLimit(Files, _before));

    private static void Check(int result)
    {
        if (result != 0)
            throw new Win32Exception();
    }

    [DllImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetLimit(int resource, out Limit limit);

    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(nuint Soft, nuint Hard);
}
