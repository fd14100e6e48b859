using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// What of an answer its caller may hand back with a later request: the conversation's id, the token to continue it by, and the tool calls.
/// Most answers have none of them.
/// </summary>
internal sealed class AnswerHandles
{
    private readonly List<FunctionCallContent> _calls = [];
    private string? _conversation;
    private ResponseContinuationToken? _token;
    private ResponseContinuationToken? _shownToken;
    private bool _isNew;

    /// <summary>A tool call of a live stream. Those of a buffered answer are found in its response: until then no more of them is kept than
    /// the answer itself keeps.</summary>
    public void Add(FunctionCallContent call)
    {
        _calls.Add(call);
        _isNew = true;
    }

    public void Add(string? conversation, ResponseContinuationToken? token)
    {
        _isNew |= (conversation is not null && conversation != _conversation) || token is not null;
        _conversation = conversation ?? _conversation;
        _token = token ?? _token;
    }

    /// <summary>The caller is about to get what has come so far of a live stream.</summary>
    public void HandOut(HandedOut handedOut, string provider)
    {
        if (!_isNew)
            return;
        _isNew = false;
        if (_conversation is { } id)
            handedOut.AddConversation(id, provider);
        if (_token is { } token && !ReferenceEquals(token, _shownToken))
            handedOut.AddToken(_shownToken = token, provider);
        foreach (var call in _calls)
            handedOut.AddCall(call, provider);
        _calls.Clear();
    }

    /// <summary>The caller is about to get the answer, or the rest of it.</summary>
    /// <param name="handedOut">Where it is noted.</param>
    /// <param name="provider">The provider's name.</param>
    /// <param name="response">The whole of a buffered answer; null for a live one.</param>
    public void HandOutLast(HandedOut handedOut, string provider, ChatResponse? response)
    {
        try
        {
            if (response is not null)
                _calls.AddRange(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>());
        }
#pragma warning disable CA1031 // Contents that throw when they are read again cost the note of them, not the answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            _calls.Clear();
        }

        _isNew = true;
        HandOut(handedOut, provider);
        End(handedOut, provider);
    }

    /// <summary>The attempt has ended: the last token that was handed out is the one that an answer is continued by.</summary>
    public void End(HandedOut handedOut, string provider)
    {
        if (_shownToken is { } token)
            handedOut.AddLastToken(token, provider);
    }
}
