using FsCheck;
using FsCheck.Fluent;

namespace Orchestrator.Tests.Accounting;

/// <summary>A short text in which the classes of the encoding meet often.</summary>
public sealed record MixedText(string Value);

public static class TextGenerators
{
    private const string Alphabet =
        "aZbsT\u0442\u0401\u044F  "
        + "\t\n\r\n/'sSdtmreLvl.-\"`1234\u00AA\u02B0\u5B57\u3042\uD55C\u0301\u0488\u00A0\u2028\u0085\u200B\uD83D\uDE00\u017F"
        + "\u212A\u0130\u0131\u01C5\u03A9\u0663\u2167\u00BD\0\u2014\u00AB";

    public static Arbitrary<MixedText> Mixed()
    {
        var known = Gen.Elements(Alphabet.ToCharArray());
        var any = Gen.Choose(0, char.MaxValue).Select(i => (char)i);
        return Gen.Frequency((20, known), (1, any)).ArrayOf().Select(chars => new MixedText(new string(chars))).ToArbitrary();
    }
}
