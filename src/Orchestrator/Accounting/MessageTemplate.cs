namespace Orchestrator;

/// <summary>
/// What the vendor's chat template adds to the texts: tokens around each message and tokens of each call. Published by OpenAI for its models (three
/// and the role around a message, three to begin the answer). Recorded calls of one short message cost 14 more than its text with YandexGPT and about
/// 11 more with GigaChat. The templates of Qwen and Llama are public.
/// </summary>
internal readonly record struct MessageTemplate(int PerMessage, int PerCall)
{
    public static MessageTemplate Of(ModelFamily family) => family switch
    {
        ModelFamily.O200k or ModelFamily.Cl100k => new(4, 3),
        ModelFamily.YandexGpt => new(4, 10),
        ModelFamily.GigaChat => new(4, 7),
        _ => new(5, 4),
    };
}
