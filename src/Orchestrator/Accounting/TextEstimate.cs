using System.Runtime.CompilerServices;

namespace Orchestrator;

/// <summary>
/// An estimate that grows with the text. The result does not depend on how the text is divided into calls of <see cref="Add"/>, and more
/// text never means fewer tokens: every term of the sum can only grow.
/// </summary>
internal struct TextEstimate(TokenEstimation rule, ModelFamily family)
{
    private KindCounts _counts;
    private CharKind _before = CharKind.Latin;
    private bool _inWord;
    private long _words;

    public readonly long Tokens => rule == TokenEstimation.ByWords ? TokensByWords : TokensByScript;

    private readonly long TokensByWords => (long)(_words * 1.3);

    private readonly long TokensByScript
    {
        get
        {
            var latin = _counts[(int)CharKind.Latin];
            var marks = _counts[(int)CharKind.Mark];
            var weight = latin * ScriptRates.Latin
                + Math.Min(latin, marks * ScriptRates.LettersPerMark) * (ScriptRates.Code - ScriptRates.Latin)
                + _counts[(int)CharKind.Cyrillic] * family.Cyrillic
                + _counts[(int)CharKind.Foreign] * ScriptRates.Foreign
                + _counts[(int)CharKind.Ideograph] * family.Ideograph
                + (_counts[(int)CharKind.Figure] + marks) * ScriptRates.Figure
                + _counts[(int)CharKind.Symbol] * ScriptRates.Symbol
                + _counts[(int)CharKind.Gap] * ScriptRates.Gap;
            return (weight + ScriptRates.Token - 1) / ScriptRates.Token;
        }
    }

    public void Add(ReadOnlySpan<char> text)
    {
        if (rule == TokenEstimation.ByWords)
            AddWords(text);
        else
            AddKinds(text);
    }

    private void AddKinds(ReadOnlySpan<char> text)
    {
        var before = _before;
        foreach (var c in text)
        {
            var kind = CharKinds.Of(c);
            if (kind == CharKind.Blank)
            {
                // A run of white space is a token or two, whatever its length. A line break is seldom part of a word's token.
                var counted = before is CharKind.Blank ? CharKind.Gap : before > CharKind.Foreign || c == '\n' ? CharKind.Figure : before;
                _counts[(int)counted]++;
            }
            else
            {
                _counts[(int)kind]++;
            }
            before = kind;
        }
        _before = before;
    }

    // Splits where Python's str.split() does: at Unicode white space and at the four ASCII separators, which .NET does not count as white
    // space.
    private void AddWords(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            var white = char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';
            if (!white && !_inWord)
                _words++;
            _inWord = !white;
        }
    }

    [InlineArray((int)CharKind.Blank)]
    private struct KindCounts
    {
        private long _first;
    }
}
