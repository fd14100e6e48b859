using Orchestrator.Testing;

namespace Orchestrator.ClientCuts;

/// <summary>What is done to a stream, and whether what is left may still be taken for an answer.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Rule">What must come of it.</param>
/// <param name="Fault">What the server does.</param>
internal sealed record Breakage(string Name, Rule Rule, Fault Fault)
{
    /// <summary>All breakages of a recording.</summary>
    /// <param name="recording">The stream.</param>
    /// <param name="step">Which offsets: every one, or every so many bytes.</param>
    public static IEnumerable<Breakage> Of(Recording recording, int step)
    {
        var bytes = recording.Bytes;
        for (var at = 0; at < recording.Mark; at += step)
        {
            yield return new("cut, connection closed", Rule.Fails, Fault.Stream(bytes).And(Fault.CutAfterBytes(at)));
            yield return new("cut, HTTP ends in order", Rule.Fails, Fault.Stream(bytes).And(Fault.CutAfterBytes(at, CutKind.Clean)));
        }

        // Resets are sampled: which bytes still arrive before one is up to the network.
        for (var at = 0; at < recording.Mark; at += Math.Max(step, 9))
            yield return new("cut, connection reset", Rule.Fails, Fault.Stream(bytes).And(Fault.CutAfterBytes(at, CutKind.Reset)));

        yield return new("end mark missing", Rule.Fails, Fault.Stream(recording.Before));
        yield return new("last JSON broken off", Rule.Fails, Fault.Stream(recording.Halved));
        yield return new("error inside the stream", Rule.Fails, Fault.Stream(recording.WithError));
        yield return new("a line of garbage", Rule.FailsOrIsWhole, Fault.Stream(recording.WithGarbage));
        yield return new("whole, byte by byte", Rule.IsWhole, Fault.Stream(bytes).And(Fault.Split(1)));
    }
}

/// <summary>What must come of a stream.</summary>
internal enum Rule
{
    /// <summary>An error: it is no whole answer.</summary>
    Fails,

    /// <summary>The whole answer, or an error.</summary>
    FailsOrIsWhole,

    /// <summary>The whole answer.</summary>
    IsWhole,
}
