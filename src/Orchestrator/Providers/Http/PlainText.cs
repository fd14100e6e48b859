using System.Globalization;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>
/// Makes one harmless line of a server's text: without line ends, terminal sequences, changes of the writing direction, invisible
/// characters and half surrogate pairs. All text of a server passes here before it reaches a message or a log.
/// </summary>
internal static class PlainText
{
    private const char Escape = '\u001B';
    private const char ControlSequence = '\u009B';

    /// <summary>Shortens a text to a number of characters; an ellipsis shows that there were more.</summary>
    public static string Line(string? text, int most)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var line = new StringBuilder(Math.Min(text.Length, most) + 1);
        // Bounds the work: a long text may consist of characters that are dropped.
        var considered = Math.Min(text.Length, (most * 4) + 64);
        var at = 0;
        while (at < considered && line.Length < most)
        {
            if (text[at] is Escape or ControlSequence)
            {
                at = AfterSequence(text, at);
                continue;
            }

            if (!Rune.TryGetRuneAt(text, at, out var rune))
            {
                at++;
                continue;
            }

            if (line.Length + rune.Utf16SequenceLength > most)
                break;
            at += rune.Utf16SequenceLength;
            if (IsSpace(rune))
            {
                // Blanks stay; a line end and the indentation after it become one blank.
                if (line.Length > 0 && (rune.Value == ' ' || line[^1] != ' '))
                    line.Append(' ');
            }
            else if (IsSeen(rune))
            {
                line.Append(rune.ToString());
            }
        }

        var isCut = !string.IsNullOrWhiteSpace(text[Math.Min(at, text.Length)..]);
        while (line.Length > 0 && line[^1] == ' ')
            line.Length--;
        return isCut && line.Length > 0 ? line.Append('…').ToString() : line.ToString();
    }

    private static bool IsSpace(Rune rune) => Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);

    private static bool IsSeen(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not (
            UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);

    /// <summary>The position after a terminal sequence: colours and movements (CSI), titles (OSC and similar), or two characters.</summary>
    private static int AfterSequence(string text, int at)
    {
        var kind = text[at] == ControlSequence ? '[' : at + 1 < text.Length ? text[at + 1] : ' ';
        var rest = at + (text[at] == ControlSequence ? 1 : 2);
        switch (kind)
        {
            case '[':
                while (rest < text.Length && text[rest] is >= ' ' and <= '?')
                    rest++;
                return rest + 1;
            case ']' or 'P' or 'X' or '^' or '_':
                while (rest < text.Length && text[rest] is not ('\a' or Escape or '\u009C' or '\n'))
                    rest++;
                return rest < text.Length && text[rest] is '\a' or '\u009C' ? rest + 1 : rest;
            default:
                return kind is >= '0' and <= '~' ? rest : at + 1;
        }
    }
}
