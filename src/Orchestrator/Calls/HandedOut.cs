using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// What the router has handed out and callers hand back: ids of conversations, tokens that continue an answer, and tool calls, each with
/// the name of the provider it came from. The 10,000 of each kind that were used last are kept. Thread-safe.
/// </summary>
internal sealed class HandedOut
{
    internal const int Most = 10_000;

    private readonly RecentGivers _conversations = new(Most);
    private readonly RecentGivers _calls = new(Most);
    private readonly RecentGivers _tokens = new(Most);
    private readonly ConditionalWeakTable<ResponseContinuationToken, string> _tokenObjects = [];

    // A client that calls functions hands back the very objects: of those it is certain who gave them, whatever their ids. Each is kept as
    // long as the object itself.
    private readonly ConditionalWeakTable<FunctionCallContent, string> _objects = [];

    /// <summary>Whether no tool call was handed out.</summary>
    public bool HasNoCalls => _calls.IsEmpty;

    public void AddConversation(string id, string provider) => _conversations.Set(id, provider);

    public void AddCall(FunctionCallContent call, string provider)
    {
        _objects.AddOrUpdate(call, provider);
        _calls.SetUnlessTwo(IdOf(call), provider);
    }

    /// <summary>Known by the object alone: a stream may have one in every update.</summary>
    public void AddToken(ResponseContinuationToken token, string provider) => _tokenObjects.AddOrUpdate(token, provider);

    /// <summary>Known by its bytes too: it may be stored, and made anew from them.</summary>
    public void AddLastToken(ResponseContinuationToken token, string provider)
    {
        if (IdOf(token) is { } id)
            _tokens.Set(id, provider);
    }

    /// <summary>The provider whose answer a token continues; null when it is unknown.</summary>
    public string? ProviderOfToken(ResponseContinuationToken token) =>
        _tokenObjects.TryGetValue(token, out var provider) ? provider
        : _tokens.IsEmpty || IdOf(token) is not { } id ? null
        : _tokens.Of(id);

    /// <summary>The provider that a conversation belongs to; null when it is unknown.</summary>
    public string? ProviderOfConversation(string id) => id.Length == 0 ? null : _conversations.Of(id);

    /// <summary>
    /// The provider whose tool calls the last messages answer; null when they answer none, or it is not known whose.
    /// </summary>
    public string? ProviderOfToolLoop(IReadOnlyList<ChatMessage> messages)
    {
        if (_calls.IsEmpty)
            return null;
        try
        {
            return ProviderOfAsked(messages);
        }
#pragma warning disable CA1031 // Messages that cannot be read here cannot be sent either: the attempt says so.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private string? ProviderOfAsked(IReadOnlyList<ChatMessage> messages)
    {
        var i = messages.Count - 1;
        if (i < 0 || !Has<FunctionResultContent>(messages[i]))
            return null;
        // Back over the results to the assistant's turn that asked for them.
        while (i >= 0 && !Has<FunctionCallContent>(messages[i]))
        {
            if (!Has<FunctionResultContent>(messages[i]) && messages[i].Role != ChatRole.Assistant)
                return null;
            i--;
        }

        var end = i;
        while (i >= 0 && messages[i].Role == ChatRole.Assistant)
            i--;
        return ByObjects(messages, i + 1, end) ?? ByIds(messages, i + 1, end);
    }

    private string? ByObjects(IReadOnlyList<ChatMessage> messages, int first, int last)
    {
        foreach (var call in CallsIn(messages, first, last))
        {
            if (_objects.TryGetValue(call, out var provider))
                return provider;
        }

        return null;
    }

    /// <summary>The provider that all of the calls with known ids came from.</summary>
    private string? ByIds(IReadOnlyList<ChatMessage> messages, int first, int last)
    {
        string? found = null;
        foreach (var call in CallsIn(messages, first, last))
        {
            if (_calls.Of(IdOf(call)) is not { } provider)
                continue;
            if (found is not null && found != provider)
                return null;
            found = provider;
        }

        return found;
    }

    /// <summary>The calls in some of the messages, those of the last message first.</summary>
    private static IEnumerable<FunctionCallContent> CallsIn(IReadOnlyList<ChatMessage> messages, int first, int last)
    {
        for (var i = last; i >= first; i--)
        {
            foreach (var call in messages[i].Contents.OfType<FunctionCallContent>())
                yield return call;
        }
    }

    private static bool Has<T>(ChatMessage message)
        where T : AIContent
    {
        var contents = message.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is T)
                return true;
        }

        return false;
    }

    private static string? IdOf(ResponseContinuationToken token)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(token.ToBytes().Span));
        }
#pragma warning disable CA1031 // A token of a foreign class that cannot say its bytes is known by the object.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    /// <summary>Many servers count the calls of an answer, so that the id alone says little.</summary>
    private static string IdOf(FunctionCallContent call) => $"{call.CallId}\n{call.Name}";
}
