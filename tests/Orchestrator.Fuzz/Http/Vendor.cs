namespace Orchestrator.Fuzz;

/// <summary>
/// Everything fuzzing needs to know of one vendor's provider: how it is made, samples of what its server sends, and where an answer is
/// whole. A new vendor is one file with such an object, and its line in <see cref="FuzzReaders"/>.
/// </summary>
internal sealed class Vendor
{
    /// <summary>The beginning of its readers' names.</summary>
    public required string Name { get; init; }

    /// <summary>Makes the provider with <see cref="Values.Key"/>; strict: the first unreadable event fails.</summary>
    public required Func<HttpClient, bool, ILlmProvider> Create { get; init; }

    /// <summary>The content type of its streams.</summary>
    public required string StreamType { get; init; }

    /// <summary>Streams as its server sends them, good ones and ones with an error.</summary>
    public required IReadOnlyList<string> Streams { get; init; }

    /// <summary>Bodies of whole answers, and of errors under status 200.</summary>
    public required IReadOnlyList<string> Wholes { get; init; }

    /// <summary>Bodies of errors.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>The text on the line of a good stream that makes the answer whole; several when any does.</summary>
    public required IReadOnlyList<string> Marks { get; init; }

    /// <summary>The marks at their barest: bytes that hold none of these are never a whole streamed answer, whatever was mutated.</summary>
    public required IReadOnlyList<string> BareMarks { get; init; }

    /// <summary>Whether a sample of <see cref="Wholes"/> is an answer.</summary>
    public required Func<string, bool> IsAnswer { get; init; }

    /// <summary>Requests that get the input; others, such as for a token, get <see cref="Other"/>.</summary>
    public Func<HttpRequestMessage, bool> IsChat { get; init; } = _ => true;

    /// <summary>Answers the requests that are not fuzzed.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage>? Other { get; init; }

    /// <summary>What can be asked besides the chat.</summary>
    public IReadOnlyList<Question> Questions { get; init; } = [];

    /// <summary>One question besides the chat.</summary>
    /// <param name="Name">The end of the reader's name.</param>
    /// <param name="Samples">Bodies as the server answers it.</param>
    /// <param name="IsAsked">The requests that get the input.</param>
    /// <param name="AskAsync">Asks the provider.</param>
    internal sealed record Question(string Name, IReadOnlyList<string> Samples, Func<HttpRequestMessage, bool> IsAsked,
        Func<ILlmProvider, CancellationToken, Task> AskAsync)
    {
        /// <summary>Whether the question holds <see cref="Values.Prompt"/>.</summary>
        public bool HasPrompt { get; init; }

        /// <summary>Whether the provider holds <see cref="Values.Key"/> when it is asked.</summary>
        public bool HasKey { get; init; } = true;
    }

    public IEnumerable<FuzzReader> Readers()
    {
        yield return new StreamFuzzer(this);
        yield return new WholeFuzzer(this);
        yield return new ErrorFuzzer(this);
        foreach (var question in Questions)
            yield return new QuestionFuzzer(this, question);
    }
}
