using System.Diagnostics;

namespace Orchestrator.Lab;

/// <summary>The server's process: one the caller named and allows to be killed, or one this program started. Ends with it.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly string? _command;
    private Process? _process;

    public ServerProcess(LabOptions options)
    {
        _command = options.Start;
        if (options.Pid is not { } pid)
            return;
        try
        {
            _process = Process.GetProcessById(pid);
        }
        catch (ArgumentException)
        {
            throw new LabException($"--pid {pid}: there is no such process.");
        }
    }

    public bool CanKill => _process is { HasExited: false };

    public bool CanStart => _command is not null;

    public void Start()
    {
        // The shell becomes the server: its process is the one to kill.
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec {_command}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Ends it without a chance to say goodbye.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit(10_000);
        _process.Dispose();
        _process = null;
    }

    public void RequireRunning()
    {
        if (_process is { HasExited: true })
            throw new LabException($"The server that --start starts ended by itself with exit code {_process.ExitCode}.");
    }

    public void Dispose()
    {
        // One that was there before and was not to be killed stays.
        if (_command is not null && CanKill)
            Kill();
        _process?.Dispose();
    }
}
