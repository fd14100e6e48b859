using FsCheck.Xunit;

namespace Orchestrator.Tests.Accounting;

[Properties(Arbitrary = [typeof(TextGenerators)], MaxTest = 2000)]
public sealed class O200kPiecesTests
{
    [Property]
    public void Cuts_any_text_where_the_expression_of_the_encoding_does(MixedText text) =>
        PiecesOf(text.Value).Should().Equal(O200kOracle.Pieces(text.Value));

    [Theory]
    [InlineData("I'm it's can't he'd we're I've they'll")]
    [InlineData("I'M IT'S CAN'T HE'D WE'RE I'VE THEY'LL")]
    [InlineData("we'r we'rx we'v we'vx we'l we'lx we're'll o'clock '' 're")]
    [InlineData("one!two .three 4five /six/\n//\r\n-\n;")]
    [InlineData("HTTPServer getURL XMLa Ab AB aB \u01C5a a\u01C5")]
    [InlineData("1234567 12a 1,234.5 \u0663\u2167\u00BD\u00B2")]
    [InlineData(" 1 !a !\n \n  \n  a\t\tb \r\n ")]
    [InlineData("\u0301AB \u0301Ab \u0301ab \u0301 a\u0301b A\u0301B !\u0301AB \u0301\u0301AB \u0301A\u0301B \u0301'sAB")]
    [InlineData("\u0080\u0080a\u0085b\u00A0c\u00AD\u007F\u0080 \u0081")]
    [InlineData("\u5B57\u02B0A\u5B57AB \u5B57A's AB's \u02B0's")]
    public void Cuts_the_rare_cases_where_the_expression_of_the_encoding_does(string text) =>
        PiecesOf(text).Should().Equal(O200kOracle.Pieces(text));

    [Property]
    public void A_cut_changes_no_piece_on_either_side(MixedText text)
    {
        var whole = PiecesOf(text.Value);
        for (var i = 1; i < text.Value.Length; i++)
        {
            if (O200kPieces.IsCut(text.Value, i))
                PiecesOf(text.Value[..i]).Concat(PiecesOf(text.Value[i..])).Should().Equal(whole);
        }
    }

    [Theory]
    [InlineData("one two", 3)]
    [InlineData("one  two", 3)]
    [InlineData("end.\tNext", 4)]
    [InlineData("word\nline", 4)]
    [InlineData("word, word", 4)]
    [InlineData("字。字", 1)]
    [InlineData("42km", 2)]
    public void Text_may_be_cut_where_nothing_joins_its_parts(string text, int index) => O200kPieces.IsCut(text, index).Should().BeTrue();

    [Theory]
    [InlineData("one", 1)]
    [InlineData("one two", 4)]
    [InlineData("it's", 2)]
    [InlineData("};\n", 2)]
    [InlineData("1234", 2)]
    [InlineData("a  b", 2)]
    [InlineData("\uD83D\uDE00", 1)]
    public void Text_may_not_be_cut_where_a_token_could_cross(string text, int index) => O200kPieces.IsCut(text, index).Should().BeFalse();

    private static List<string> PiecesOf(string text)
    {
        var pieces = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = O200kPieces.End(text, start);
            pieces.Add(text[start..end]);
            start = end;
        }
        return pieces;
    }
}
