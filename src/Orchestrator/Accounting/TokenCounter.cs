using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// Counts the tokens a vendor did not report: exactly, when the model is known to use the o200k encoding, and by an estimate otherwise
/// (<see cref="SourceFor"/> tells which). Thread-safe; the same text always gives the same number.
/// </summary>
/// <remarks>
/// <para>Known to be o200k: <c>gpt-4o…</c>, <c>chatgpt-4o…</c>, <c>gpt-4.1…</c>, <c>gpt-4.5…</c>, <c>gpt-5…</c>, <c>o1…</c>, <c>o3…</c>, <c>o4…</c> and
/// <c>gpt-oss…</c>, also behind a prefix such as <c>openai/</c> or in a <c>gpt://</c> address. The vocabulary, 40 MB and about 0.3 s of CPU, is
/// loaded at the first count for such a model, once per process, and never for another. A run of more than 1,024 characters that nothing breaks
/// (128 outside ASCII) is counted in parts, which may add a token per part; all else equals Microsoft.ML.Tokenizers.</para>
/// <para>Estimates go by script, in characters per token. Russian: YandexGPT 4.7, GigaChat and Llama 3 3.5, Qwen and Alice 3.3, Mistral and Llama 2
/// 2.85, GPT-4 and unknown models 2.5. English 5.1, code 3.4, digits and punctuation 3.3, other alphabets 2, Chinese, Japanese and Korean 1 to 1.5,
/// an emoji 2 tokens. They are fitted to the figures the vendors publish and to public tokenizers, rather high than low. More text never
/// gives fewer tokens.</para>
/// <para>Time is linear in the text, whatever it is made of. Threads share the vocabulary and, within a counter, 64 KB of recent counts, without a
/// lock: keep one counter rather than making one per call.</para>
/// </remarks>
public sealed class TokenCounter
{
    private readonly TokenEstimation _estimation;
    private readonly int _mediaTokens;
    private readonly O200kVocabulary? _vocabulary;

    /// <summary>A counter. Cheap: nothing is loaded yet.</summary>
    /// <param name="options">How to count; <see langword="null"/> for the defaults. Later changes of it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning: an unknown estimation, negative media tokens.</exception>
    public TokenCounter(TokenCounterOptions? options = null)
        : this(options, new O200kVocabulary())
    {
    }

    internal TokenCounter(TokenCounterOptions? options, O200kVocabulary vocabulary)
    {
        options ??= new TokenCounterOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.MediaTokens, nameof(options));
        if (!Enum.IsDefined(options.Estimation))
            throw new ArgumentOutOfRangeException(nameof(options), options.Estimation, "Estimation must be ByScript or ByWords.");
        _estimation = options.Estimation;
        _mediaTokens = options.MediaTokens;
        _vocabulary = options.UseTokenizer ? vocabulary : null;
    }

    /// <summary>The tokens of a text alone, without any template around it.</summary>
    /// <param name="text">The text. Nothing in it is special: control characters and broken surrogate pairs count too.</param>
    /// <param name="model">The model, as vendors name it; <see langword="null"/> or an unknown one gives the cautious estimate.</param>
    /// <returns>Tokens; 0 for an empty text.</returns>
    public int Count(string text, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ToInt(CountText(text, ModelFamilies.Of(model)));
    }

    /// <summary>The tokens of a prompt: its texts, function calls and results, and what the vendor's chat template adds to them.</summary>
    /// <remarks>
    /// The template is 4 tokens a message and 3 a call for OpenAI's models (as OpenAI publishes), 4 and 10 for YandexGPT, 4 and 7 for GigaChat (both
    /// from recorded calls), 5 and 4 for others. A picture, sound or file is <see cref="TokenCounterOptions.MediaTokens"/>. Reasoning is not counted,
    /// since vendors drop it from a prompt; nor are options, such as the descriptions of tools.
    /// </remarks>
    /// <param name="messages">The messages, enumerated once.</param>
    /// <param name="provider">Who is asked: the model, then the vendor, choose the encoding and the template.</param>
    /// <returns>Tokens; 0 for no messages.</returns>
    public int Count(IEnumerable<ChatMessage> messages, ProviderInfo provider)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(provider);
        var family = ModelFamilies.Of(provider);
        var template = MessageTemplate.Of(family);
        var total = 0L;
        foreach (var message in messages)
            total += template.PerMessage + MessageText.Count(this, message, family, _mediaTokens);
        return total == 0 ? 0 : ToInt(total + template.PerCall);
    }

    /// <summary>Where the counts for a provider come from.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns><see cref="UsageSource.Tokenizer"/> or <see cref="UsageSource.Estimate"/>.</returns>
    public UsageSource SourceFor(ProviderInfo provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return UsesVocabulary(ModelFamilies.Of(provider)) ? UsageSource.Tokenizer : UsageSource.Estimate;
    }

    internal bool UsesVocabulary(ModelFamily family) => family == ModelFamily.O200k && _vocabulary is not null;

    internal long CountText(ReadOnlySpan<char> text, ModelFamily family)
    {
        if (UsesVocabulary(family))
            return _vocabulary!.Count(text);
        var estimate = StartEstimate(family);
        estimate.Add(text);
        return estimate.Tokens;
    }

    internal TextEstimate StartEstimate(ModelFamily family) => new(_estimation, family);

    internal static int ToInt(long tokens) => (int)Math.Min(tokens, int.MaxValue);
}
