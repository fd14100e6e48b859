namespace Orchestrator;

/// <summary>
/// What the vendor's chat template adds to the texts: tokens around each message and tokens of each call. Published by OpenAI for its models (three
/// and the role around a message, three to begin the answer). Recorded calls of one short message cost 14 more than its text with YandexGPT and about
/// 11 more with GigaChat. The templates of Qwen and Llama are public.
/// </summary>
/// <param name="PerMessage">Tokens around each message.</param>
/// <param name="PerCall">Tokens of each call.</param>
/// <param name="SendsThoughts">Whether thoughts of earlier answers are sent again, as to Ollama.</param>
internal readonly record struct MessageTemplate(int PerMessage, int PerCall, bool SendsThoughts = false)
{
    public static MessageTemplate Of(ModelFamily family) => family switch
    {
        ModelFamily.O200k or ModelFamily.Cl100k => new(4, 3),
        ModelFamily.YandexGpt => new(4, 10),
        ModelFamily.GigaChat => new(4, 7),
        _ => new(5, 4),
    };
}
