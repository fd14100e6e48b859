using System.Text;

namespace Orchestrator.Testing;

public sealed partial class Fault
{
    /// <summary>The connection is closed (FIN) instead of an answer.</summary>
    /// <returns>The fault.</returns>
    public static Fault CloseUnanswered() => Of($"closed unanswered", (plan, _) => plan.Instead = static _ => Task.CompletedTask);

    /// <summary>The connection is reset (RST) instead of an answer.</summary>
    /// <returns>The fault.</returns>
    public static Fault ResetUnanswered() => Of($"reset unanswered", (plan, _) => plan.Instead = static connection =>
    {
        connection.Reset();
        return Task.CompletedTask;
    });

    /// <summary>The connection ends in the middle of the answer's head.</summary>
    /// <param name="how">How it ends.</param>
    /// <returns>The fault.</returns>
    public static Fault CutHead(CutKind how = CutKind.Close) =>
        Raw(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: applica"), how);

    /// <summary>Any bytes instead of an answer: another protocol, an old one, noise.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="how">How the connection ends after them.</param>
    /// <returns>The fault.</returns>
    public static Fault Raw(ReadOnlyMemory<byte> bytes, CutKind how = CutKind.Close) =>
        Of($"{bytes.Length} raw bytes", (plan, _) => plan.Instead = async connection =>
        {
            await connection.WriteAsync(bytes).ConfigureAwait(false);
            if (how == CutKind.Reset)
                connection.Reset();
            else if (how == CutKind.Stall)
                await connection.StallAsync().ConfigureAwait(false);
        });

    /// <summary>A handler of your own for this answer; the connection is closed after it.</summary>
    /// <param name="handler">Writes what it likes.</param>
    /// <returns>The fault.</returns>
    public static Fault Custom(Func<FaultConnection, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Of($"custom", (plan, _) => plan.Instead = handler);
    }

    /// <summary>A body without length that ends with the connection, so that a cut cannot be told from an end.</summary>
    /// <returns>The fault.</returns>
    public static Fault CloseDelimited() => Of($"close-delimited", (plan, _) => plan.Framing = BodyFraming.UntilClose);

    /// <summary>
    /// A <c>Content-Length</c> that is wrong: with more than there is, the body seems cut; with less, bytes are left over.
    /// </summary>
    /// <param name="difference">What the header says beyond the truth.</param>
    /// <returns>The fault.</returns>
    public static Fault WrongLength(int difference) => Of($"length wrong by {difference}", (plan, _) =>
    {
        plan.Framing = BodyFraming.Length;
        plan.LengthError = difference;
    });

    /// <summary>Chunks of a fixed size, so that characters and lines are cut by chunks too.</summary>
    /// <param name="size">The size.</param>
    /// <returns>The fault.</returns>
    public static Fault Chunks(int size) => Of($"chunks of {size}", (plan, _) =>
    {
        plan.Framing = BodyFraming.Chunked;
        plan.ChunkSize = size;
    });

    /// <summary>After some events, a chunk that is none: <c>zz</c> for its size, or one shorter than it says.</summary>
    /// <param name="events">How many good events come before it.</param>
    /// <param name="raw">The raw text of the bad chunk.</param>
    /// <returns>The fault.</returns>
    public static Fault BadChunk(int events, string raw = "zz\r\nnonsense\r\n") => Of($"bad chunk after {events} events", (plan, _) =>
    {
        plan.Framing = BodyFraming.Chunked;
        plan.EventLimit = events;
        plan.BadChunk = raw;
    });

    /// <summary>A chunk that is cut short by the end of the connection.</summary>
    /// <param name="events">How many good events come before it.</param>
    /// <returns>The fault.</returns>
    public static Fault HalfChunk(int events) => BadChunk(events, "40\r\ndata: half of what was promised");

    /// <summary>A compressed body.</summary>
    /// <param name="coding">How it is compressed.</param>
    /// <returns>The fault.</returns>
    public static Fault Compressed(BodyCoding coding) => Of($"{coding}", (plan, _) => plan.Coding = coding);

    /// <summary>A gzipped body.</summary>
    /// <returns>The fault.</returns>
    public static Fault Gzip() => Compressed(BodyCoding.Gzip);

    /// <summary>A <c>Content-Encoding</c> header that is not true.</summary>
    /// <param name="said">What the header says.</param>
    /// <returns>The fault.</returns>
    public static Fault LyingEncoding(string said = "gzip") => Of($"says {said}", (plan, _) => plan.SaidCoding = said);
}
