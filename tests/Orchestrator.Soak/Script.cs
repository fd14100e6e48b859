using Orchestrator.Tests.Stress;

namespace Orchestrator.Soak;

internal enum Mishap
{
    None,
    Error,
    NoSequence,
    Silent,
    Deaf,
    DeafLong,
    NothingSaid,
    Null,
}

internal enum Weather
{
    Fair,
    Bad,
    Outage,
}

/// <summary>What one request meets, rolled before it begins.</summary>
internal readonly record struct Script
{
    private static readonly LlmErrorKind[] Kinds = Enum.GetValues<LlmErrorKind>();

    public int Words { get; init; }

    public int FailsAt { get; init; }

    public Mishap Mishap { get; init; }

    public Exception? Error { get; init; }

    public bool Yields { get; init; }

    public int Delay { get; init; }

    public bool ClosesLate { get; init; }

    public bool BreaksAfterTheEnd { get; init; }

    public bool Refuses { get; init; }

    public int? Prompt { get; init; }

    public int? Completion { get; init; }

    public static Script Of(ref Dice dice, Weather weather, bool mayBeDeaf)
    {
        var words = 1 + dice.Below(6);
        if (weather == Weather.Outage)
            return new Script
            {
                Words = words,
                Mishap = Mishap.Error,
                Error = new LlmException(LlmErrorKind.ServerError, "scripted outage") { StatusCode = 503 }
            };
        var fails = dice.Percent(weather == Weather.Bad ? 85 : 4);
        var script = new Script
        {
            Words = words,
            FailsAt = int.MaxValue,
            Yields = dice.Percent(25),
            Delay = dice.Percent(0.5) ? 1 + dice.Below(2) : 0,
            ClosesLate = dice.Percent(0.2),
            BreaksAfterTheEnd = dice.Percent(1),
            Refuses = dice.Percent(1),
            Prompt = dice.Percent(80) ? dice.Below(2000) : null,
            Completion = dice.Percent(80) ? dice.Below(500) : null,
        };
        if (!fails)
            return script;
        script = script with { FailsAt = dice.Percent(40) ? dice.Below(words) : 0, Mishap = MishapOf(ref dice, mayBeDeaf) };
        // Words and a clean end without a finish reason are an answer, if they come from a provider that is no server.
        if (script.Mishap == Mishap.NothingSaid)
            script = script with { FailsAt = 0 };
        return script.Mishap == Mishap.Error ? script with { Error = ErrorOf(ref dice) } : script;
    }

    private static Mishap MishapOf(ref Dice dice, bool mayBeDeaf) => dice.Below(2000) switch
    {
        < 2 => Mishap.Silent,
        2 when mayBeDeaf => Mishap.Deaf,
        3 when mayBeDeaf && dice.Percent(4) => Mishap.DeafLong,
        < 60 => Mishap.NothingSaid,
        < 100 => Mishap.Null,
        < 160 => Mishap.NoSequence,
        _ => Mishap.Error,
    };

    private static Exception ErrorOf(ref Dice dice)
    {
        switch (dice.Below(10))
        {
            case 0:
                return new IOException("scripted: reset");
            case 1:
                return new HttpRequestException(HttpRequestError.ConnectionError, "scripted: refused");
            case 2:
                return new LlmException(LlmErrorKind.StreamInterrupted, "scripted: cut");
            case 3:
                return new OperationCanceledException("scripted: a time-out of the provider's own");
            case 4 or 5:
                return new LlmException(LlmErrorKind.ServerError, "scripted: 500") { StatusCode = 500 };
            default:
                var kind = Kinds[dice.Below(Kinds.Length)];
                return new LlmException(kind, "scripted")
                {
                    RetryAfter = kind == LlmErrorKind.RateLimited && dice.Percent(70) ? TimeSpan.FromMilliseconds(dice.Below(4)) : null
                };
        }
    }
}
