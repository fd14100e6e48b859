using System.Globalization;
using System.Text.Json;

namespace Orchestrator.Testing;

/// <summary>What a server sends, where it differs from OpenAI's chat completions.</summary>
internal sealed record DialectShape
{
    /// <summary>Whether answers have OpenAI's fields that others leave out: fingerprint, tier, refusal, annotations.</summary>
    public bool HasOpenAiFields { get; init; }

    /// <summary>Where reasoning stands.</summary>
    public ReasoningForm Reasoning { get; init; }

    /// <summary>The field of <see cref="ReasoningForm.Field"/> and <see cref="ReasoningForm.Details"/>.</summary>
    public string ReasoningField { get; init; } = "reasoning_content";

    /// <summary>How tool calls are cut for a stream.</summary>
    public CallForm Calls { get; init; }

    /// <summary>Whether calls are numbered; otherwise every one has index 0.</summary>
    public bool CountsCalls { get; init; } = true;

    /// <summary>The most calls of one answer.</summary>
    public int MostCalls { get; init; } = int.MaxValue;

    /// <summary>The id of a call that the test gave none.</summary>
    public Func<CallPlace, string> CallId { get; init; } = static place =>
        string.Create(CultureInfo.InvariantCulture, $"call_fake{place.Index + 1:D20}");

    /// <summary>Whether the first call of an answer bears a signature that has to come back.</summary>
    public bool SignsCalls { get; init; }

    /// <summary>The finish reason of a proper end, and of an end with calls.</summary>
    public string Stop { get; init; } = "stop";

    public string StopOfCalls { get; init; } = "tool_calls";

    /// <summary>Whether the chunk of the last call is also the one with the finish reason.</summary>
    public bool FinishesWithCalls { get; init; }

    /// <summary>Where a stream reports its tokens.</summary>
    public UsagePlace Usage { get; init; }

    /// <summary>Whether the tokens of reasoning are not among those of the answer.</summary>
    public bool CountsReasoningApart { get; init; }

    /// <summary>What the usage holds beside the three counts.</summary>
    public Action<Utf8JsonWriter, UsageFigures> UsageDetails { get; init; } = UsageFigures.WriteDetails;

    /// <summary>Further properties of every chunk and answer, of a choice (with its finish reason), of a delta.</summary>
    public Action<Utf8JsonWriter>? Extras { get; init; }

    public Action<Utf8JsonWriter, string?>? ChoiceExtras { get; init; }

    public Action<Utf8JsonWriter>? DeltaExtras { get; init; }

    /// <summary>Further properties of the chunk with the finish reason.</summary>
    public Action<Utf8JsonWriter, UsageFigures>? LastExtras { get; init; }

    /// <summary>What a chunk without choices holds that comes before all others; null when there is none.</summary>
    public Action<Utf8JsonWriter>? FirstChunk { get; init; }

    /// <summary>A comment before the first event.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether a stream begins with a chunk that only names the role.</summary>
    public bool RoleFirst { get; init; } = true;

    /// <summary>Whether every delta names the role.</summary>
    public bool RoleAlways { get; init; }

    /// <summary>Whether the message so far stands beside every delta.</summary>
    public bool HasMessageBesideDelta { get; init; }

    /// <summary>How many events come before the first word.</summary>
    public int LeadingEvents => (FirstChunk is null ? 0 : 1) + (RoleFirst ? 1 : 0);
}

/// <summary>Where a call stands: in which answer of the server, at which place, and what it calls.</summary>
internal readonly record struct CallPlace(int Answer, int Index, string Name);

/// <summary>The tokens of an answer.</summary>
internal readonly record struct UsageFigures(int Prompt, int Completion, int Cached, int Reasoning)
{
    public static void WriteDetails(Utf8JsonWriter json, UsageFigures usage)
    {
        json.WriteObject("prompt_tokens_details", () =>
        {
            json.WriteNumber("cached_tokens", usage.Cached);
            json.WriteNumber("audio_tokens", 0);
        });
        json.WriteObject("completion_tokens_details", () =>
        {
            json.WriteNumber("reasoning_tokens", usage.Reasoning);
            json.WriteNumber("audio_tokens", 0);
            json.WriteNumber("accepted_prediction_tokens", 0);
            json.WriteNumber("rejected_prediction_tokens", 0);
        });
    }

    public static void WriteNone(Utf8JsonWriter json, UsageFigures usage)
    {
        // The three counts are all there is.
    }
}

/// <summary>Where reasoning stands.</summary>
internal enum ReasoningForm
{
    /// <summary>In a field beside the content.</summary>
    Field,

    /// <summary>In a field, and the same as <c>reasoning_details</c>.</summary>
    Details,

    /// <summary>In the content, as parts of type <c>thinking</c>.</summary>
    Parts,

    /// <summary>In the content, between tags.</summary>
    Tags,

    /// <summary>Nowhere.</summary>
    Hidden,
}

/// <summary>How tool calls are cut for a stream.</summary>
internal enum CallForm
{
    /// <summary>Id and name first, then pieces of the arguments.</summary>
    Pieces,

    /// <summary>The same, with an empty id on every later piece.</summary>
    PiecesWithEmptyIds,

    /// <summary>The same, with the id on every piece and a null for the name.</summary>
    PiecesWithIds,

    /// <summary>One chunk a call.</summary>
    Whole,

    /// <summary>All calls in one chunk.</summary>
    Together,
}

/// <summary>Where a stream reports its tokens.</summary>
internal enum UsagePlace
{
    /// <summary>In an event of its own, when asked.</summary>
    AsAsked,

    /// <summary>In an event of its own, always.</summary>
    Last,

    /// <summary>On the event with the finish reason, always.</summary>
    OnFinish,

    /// <summary>In the choice that has the finish reason, and in an event of its own when asked.</summary>
    InChoice,

    /// <summary>In <c>x_groq</c> of the event with the finish reason, and in an event of its own when asked.</summary>
    InExtension,

    /// <summary>A running total on every event.</summary>
    Always,

    /// <summary>Nowhere.</summary>
    Nowhere,
}
