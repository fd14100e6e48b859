using System.Text;

namespace Orchestrator.ClientCuts;

/// <summary>A stream as a server sends it.</summary>
/// <param name="Name">What is in it.</param>
/// <param name="Text">The text of the answer.</param>
/// <param name="Events">Its events, line ends included.</param>
/// <param name="Last">Which event makes the answer whole.</param>
/// <param name="Garbage">An event that is no JSON.</param>
/// <param name="Error">The server's error inside a stream, and what it sends after it.</param>
internal sealed record Recording(string Name, string Text, IReadOnlyList<string> Events, int Last, string Garbage, string Error)
{
    /// <summary>All bytes.</summary>
    public byte[] Bytes => Encoding.UTF8.GetBytes(string.Concat(Events));

    /// <summary>How many bytes make the answer whole: up to the end of the last event that is needed, without its line end.</summary>
    public int Mark => Encoding.UTF8.GetByteCount(Before + Events[Last].TrimEnd('\n'));

    /// <summary>What comes before the event that makes the answer whole.</summary>
    public string Before => string.Concat(Events.Take(Last));

    /// <summary>The same, and the first half of that event with its line end.</summary>
    public string Halved => Before + Events[Last][..(Events[Last].Length / 2)] + "\n\n";

    /// <summary>All of it, with an event that is no JSON after the first.</summary>
    public string WithGarbage => Events[0] + Garbage + string.Concat(Events.Skip(1));

    /// <summary>An error where the answer should have become whole.</summary>
    public string WithError => Before + Error;
}
