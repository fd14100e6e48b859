using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// Counts the tokens a vendor did not report: exactly, when the model is known to use the o200k encoding, and by an estimate otherwise
/// (<see cref="SourceFor"/> tells which). Thread-safe; the same text always gives the same number.
/// </summary>
/// <remarks>
/// <para>Known to be o200k: <c>gpt-4o…</c>, <c>chatgpt-4o…</c>, <c>gpt-4.1…</c>, <c>gpt-4.5…</c>, <c>gpt-5…</c>, <c>o1…</c>, <c>o3…</c>,
/// <c>o4…</c> and <c>gpt-oss…</c>, also behind a prefix such as <c>openai/</c> or in a <c>gpt://</c> address. The vocabulary, 40 MB and
/// about 0.3 s of CPU, is loaded at the first count for such a model, once per process, and never for another. That first count waits for
/// it; a router does not, where a call was cancelled, abandoned or failed: such an attempt is estimated until the vocabulary is there. A
/// run of more than 1,024 characters that nothing breaks (128 outside ASCII) is counted in parts, which may add a token per part; all else
/// equals Microsoft.ML.Tokenizers.</para>
/// <para>Estimates go by script, in characters per token. Russian: YandexGPT 4.7, GigaChat and Llama 3 3.5, Qwen and Alice 3.3, Mistral and
/// Llama 2 2.85, GPT-4 and unknown models 2.5. English 5.1, code 3.4, digits and punctuation 3.3, other alphabets 2, Chinese, Japanese and
/// Korean 1 to 1.5, an emoji 2 tokens. They are fitted to the figures the vendors publish and to public tokenizers, rather high than low.
/// More text never gives fewer tokens.</para>
/// <para>A count takes a bounded time, some 50 ms at worst, whatever it is given: the first
/// <see cref="TokenCounterOptions.ExactCharacters"/> characters (65,536) and the first 16,384 messages, contents, arguments and tools are
/// counted one by one. Of the rest, samples of 256 characters are, ever further apart, about 150 of them in 50 million characters; each
/// stands for the text up to the next one. Of an object given as a tool's result at most 16 MiB of JSON count. An attempt's usage counted
/// so is <see cref="UsageSource.Estimate"/>.</para>
/// <para>Threads share the vocabulary and, within a counter, 64 KB of recent counts, without a lock: keep one counter rather than making
/// one per call.</para>
/// </remarks>
public sealed class TokenCounter
{
    private readonly TokenEstimation _estimation;
    private readonly int _mediaTokens;
    private readonly int _exactCharacters;
    private readonly O200kVocabulary? _vocabulary;

    /// <summary>A counter. Cheap: nothing is loaded yet.</summary>
    /// <param name="options">How to count; <see langword="null"/> for the defaults. Later changes of it have no effect.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning: an unknown estimation, a negative number.</exception>
    public TokenCounter(TokenCounterOptions? options = null)
        : this(options, new O200kVocabulary())
    {
    }

    internal TokenCounter(TokenCounterOptions? options, O200kVocabulary vocabulary)
    {
        options ??= new TokenCounterOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.MediaTokens, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.ExactCharacters, nameof(options));
        if (!Enum.IsDefined(options.Estimation))
            throw new ArgumentOutOfRangeException(nameof(options), options.Estimation, "Estimation must be ByScript or ByWords.");
        _estimation = options.Estimation;
        _mediaTokens = options.MediaTokens;
        _exactCharacters = options.ExactCharacters;
        _vocabulary = options.UseTokenizer ? vocabulary : null;
    }

    /// <summary>The tokens of a text alone, without any template around it. Beyond <see cref="TokenCounterOptions.ExactCharacters"/> by
    /// samples.</summary>
    /// <param name="text">The text. Nothing in it is special: control characters and broken surrogate pairs count too.</param>
    /// <param name="model">The model, as vendors name it; <see langword="null"/> or an unknown one gives the cautious estimate.</param>
    /// <returns>Tokens; 0 for an empty text.</returns>
    public int Count(string text, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tally = Tally(ModelFamilies.Of(model));
        tally.Add(text);
        return tally.Count.ToInt();
    }

    /// <summary>The tokens of a prompt: its texts, function calls and results, and what the vendor's chat template adds to them.</summary>
    /// <remarks>
    /// The template is 4 tokens a message and 3 a call for OpenAI's models (as OpenAI publishes), 4 and 10 for YandexGPT, 4 and 7 for
    /// GigaChat (both from recorded calls), 5 and 4 for others. A picture, sound or file is <see cref="TokenCounterOptions.MediaTokens"/>.
    /// Reasoning is not counted, since vendors drop it from a prompt. Instructions and tools are not messages:
    /// <see cref="Count(LlmRequest, ProviderInfo)"/> counts them too.
    /// </remarks>
    /// <param name="messages">The messages, enumerated once.</param>
    /// <param name="provider">Who is asked: the model, then the vendor, choose the encoding and the template.</param>
    /// <returns>Tokens; 0 for no messages.</returns>
    public int Count(IEnumerable<ChatMessage> messages, ProviderInfo provider)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(provider);
        var list = messages as IReadOnlyList<ChatMessage> ?? [.. messages];
        return list.Count == 0 ? 0 : CountPrompt(list, null, provider).ToInt();
    }

    /// <summary>The tokens of all that is sent with a request: the messages, and of its options the instructions, the tools and the schema
    /// of the answer.</summary>
    /// <remarks>
    /// Messages count as in <see cref="Count(IEnumerable{ChatMessage}, ProviderInfo)"/>; instructions are a message. A tool is its name,
    /// its description and the JSON of its parameters, as sent, and 8 tokens; the schema of the answer its name, description and JSON, and
    /// 8 tokens. How vendors word these to their models is not published, so a number with tools or a schema is an estimate, whatever the
    /// tokenizer. Tools count under <c>ChatToolMode.None</c> too, for they are sent, but not to Ollama, which gets none then.
    /// </remarks>
    /// <param name="request">The request.</param>
    /// <param name="provider">Who is asked: the model, then the vendor, choose the encoding and the template.</param>
    /// <returns>Tokens.</returns>
    public int Count(LlmRequest request, ProviderInfo provider)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(provider);
        return CountPrompt(request.Messages, request.Options, provider).ToInt();
    }

    /// <summary>Where the counts for a provider come from.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns><see cref="UsageSource.Tokenizer"/> or <see cref="UsageSource.Estimate"/>.</returns>
    public UsageSource SourceFor(ProviderInfo provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return UsesVocabulary(ModelFamilies.Of(provider)) ? UsageSource.Tokenizer : UsageSource.Estimate;
    }

    /// <summary>The prompt's tokens.</summary>
    /// <param name="messages">The messages; at least one.</param>
    /// <param name="options">The options they are sent with.</param>
    /// <param name="provider">Who is asked.</param>
    /// <param name="mayWait">Whether the caller may wait until the vocabulary is loaded; if not, an estimate is given meanwhile.</param>
    /// <param name="textOnly">Whether to leave out what is sent and need not become text of the prompt: media, and the schema of the
    /// answer.</param>
    internal TokenCount CountPrompt(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, ProviderInfo provider, bool mayWait = true, bool textOnly = false)
    {
        var family = ModelFamilies.Of(provider);
        var template = family.Template with { SendsThoughts = VendorFacts.Of(provider.Vendor).SendsThoughts };
        var tally = Tally(family, mayWait);
        tally.AddFlat(template.PerCall);
        if (options is not null)
            OptionsText.Add(ref tally, options, provider, template);
        if (!textOnly)
            OptionsText.AddFormat(ref tally, options?.ResponseFormat);
        MessageText.Add(ref tally, messages, template, textOnly ? 0 : _mediaTokens);
        return tally.Count;
    }

    /// <summary>An empty count.</summary>
    /// <param name="family">The family of the model.</param>
    /// <param name="mayWait">Whether the caller may wait until the vocabulary is loaded.</param>
    /// <param name="sampled">Whether even the first characters are samples of a longer text.</param>
    internal TokenTally Tally(ModelFamily family, bool mayWait = true, bool sampled = false)
    {
        var tokenized = UsesVocabulary(family);
        if (tokenized && !mayWait && !_vocabulary!.IsLoaded)
        {
            _vocabulary.BeginLoad();
            tokenized = false;
        }

        return new TokenTally(this, family, tokenized, sampled ? 0 : _exactCharacters);
    }

    internal bool UsesVocabulary(ModelFamily family) => ReferenceEquals(family, ModelFamily.O200k) && _vocabulary is not null;

    internal long CountText(ReadOnlySpan<char> text, ModelFamily family, bool tokenized)
    {
        if (tokenized)
            return _vocabulary!.Count(text);
        var estimate = StartEstimate(family);
        estimate.Add(text);
        return estimate.Tokens;
    }

    internal TextEstimate StartEstimate(ModelFamily family) => new(_estimation, family);

    internal static int ToInt(long tokens) => (int)Math.Min(tokens, int.MaxValue);
}
