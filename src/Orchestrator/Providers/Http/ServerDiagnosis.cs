namespace Orchestrator.Providers;

/// <summary>Explains a failed check of a server: what is wrong with the settings, and how to correct them.</summary>
/// <param name="Address">The base address, as a message may show it.</param>
/// <param name="HasKey">Whether a key was sent.</param>
/// <param name="Start">What to do when nothing answers, in a sentence.</param>
/// <param name="Key">Where keys come from, in a sentence.</param>
/// <param name="Base">What <c>BaseUrl</c> should be, in a sentence.</param>
internal sealed record ServerDiagnosis(string Address, bool HasKey, string Start, string Key, string Base)
{
    private const string Root = "If its authority is your own, put the root into the system's trust store, or hand in an HttpClient "
        + "whose handler trusts it.";

    public ProviderDiagnosis Of(LlmException error)
    {
        var (problem, message) = Explain(error);
        return new ProviderDiagnosis(problem, message) { Error = error };
    }

    /// <summary>The model is not listed.</summary>
    public ProviderDiagnosis Unknown(string model, ListedModels models, string advice) => new(
        ProviderProblem.UnknownModel,
        models.IsEmpty
            ? $"{Address} answers and has no model at all. {advice}"
            : $"{Address} does not list {ServerError.Excerpt(model)}. There are: {models.Some(model)}. {advice}");

    /// <summary>There is no list of models at that path, so the settings cannot be checked free of charge.</summary>
    public ProviderDiagnosis CannotTell(LlmException error, string path) => new(
        ProviderProblem.Other,
        $"Cannot tell: {Address} answers and has no list of models at {path}. {Base} If the server has none, only a call shows whether "
            + "key and model are right.")
    { Error = error };

    /// <summary>The address is wrong, and the right one was found.</summary>
    public ProviderDiagnosis Moved(string to, LlmException error) =>
        new(ProviderProblem.Other, $"There is no API at {Address}, but there is one at {to}: set BaseUrl to that.") { Error = error };

    // A server without TLS takes the handshake for the beginning of a request and waits for the rest.
    private string Plain(LlmException error) => error.Kind == LlmErrorKind.Timeout && Address.StartsWith("https:", StringComparison.Ordinal)
        ? " If it speaks no TLS, http is meant."
        : "";

    private (ProviderProblem Problem, string Message) Explain(LlmException error) => ConnectionWords.Of(error) is { } found
        ? (found.Problem, found.Cause switch
        {
            ConnectionCause.Certificate or ConnectionCause.UntrustedRoot => $"{found.Words} {Root}",
            ConnectionCause.Refused or ConnectionCause.NoSuchName or ConnectionCause.NoRoute or ConnectionCause.NotInTime =>
                $"Nothing answers at {Address}. {Start}{Plain(error)} {error.Message}",
            ConnectionCause.Ended => $"{found.Words} {Start}",
            _ => found.Words,
        })
        : ExplainAnswer(error);

    private (ProviderProblem Problem, string Message) ExplainAnswer(LlmException error) => error.Kind switch
    {
        LlmErrorKind.Unavailable or LlmErrorKind.Timeout when error.StatusCode is null =>
            (ProviderProblem.Unreachable, $"Nothing answers at {Address}. {Start}{Plain(error)} {error.Message}"),
        LlmErrorKind.Authentication =>
            (ProviderProblem.WrongCredentials, HasKey ? $"{Address} refuses the key. {Key}" : $"{Address} asks for a key and none is "
                + $"set. {Key}"),
        LlmErrorKind.Permission =>
            (ProviderProblem.MissingRole, $"{Address} knows who asks and refuses all the same: check what the key may do, and whether "
                + $"the vendor serves your country. {error.Message}"),
        LlmErrorKind.QuotaExceeded =>
            (ProviderProblem.Unpaid, $"The account at {Address} is not paid. Top it up; waiting does not help. {error.Message}"),
        LlmErrorKind.RateLimited => (ProviderProblem.RateLimited, $"{Address} is there and asks to come back later."),
        LlmErrorKind.MalformedResponse =>
            (ProviderProblem.Other, $"What answers at {Address} is no such API, but perhaps a web page or a proxy. {Base} {error.Message}"),
        _ => (ProviderProblem.Other, $"{Address} answers and is in trouble. {error.Message}"),
    };
}
