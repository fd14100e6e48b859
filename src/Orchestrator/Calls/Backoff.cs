namespace Orchestrator;

/// <summary>
/// The backoff before a provider is asked again: by chance between the two delays of the options, and not before a <c>Retry-After</c>.
/// </summary>
internal sealed class Backoff(RetryOptions options, Chance chance)
{
    // Timers count whole milliseconds, so this much keeps a retry from being early.
    private static readonly TimeSpan TimerError = TimeSpan.FromMilliseconds(2);

    /// <summary>The wait for the end of a limit: by chance up to 9 % longer, so that not all that wait go on at once.</summary>
    public TimeSpan After(TimeSpan left) => Waits.Sum(Waits.Product(left, 1 + (0.09 * chance.Next())), TimerError);

    /// <param name="retryAfter">The delay that the vendor asked for; the retry is up to 9 % later, never earlier.</param>
    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var delay = Waits.Sum(options.MinDelay, Waits.Product(options.MaxDelay - options.MinDelay, chance.Next()));
        var asked = retryAfter is { } after ? After(after) : TimeSpan.Zero;
        return asked > delay ? asked : delay;
    }
}
