using Microsoft.Extensions.AI;

namespace Orchestrator;

/// <summary>
/// What of an answer its caller may hand back with a later request: the conversation's id and the tool calls. Most answers have neither.
/// </summary>
internal sealed class AnswerHandles
{
    private readonly List<FunctionCallContent> _calls = [];
    private string? _conversation;
    private bool _isNew;

    public void Add(FunctionCallContent call)
    {
        _calls.Add(call);
        _isNew = true;
    }

    public void AddConversation(string id)
    {
        if (id == _conversation)
            return;
        _conversation = id;
        _isNew = true;
    }

    /// <summary>The caller is about to get what has come so far.</summary>
    public void HandOut(HandedOut handedOut, string provider)
    {
        if (!_isNew)
            return;
        _isNew = false;
        if (_conversation is { } id)
            handedOut.AddConversation(id, provider);
        foreach (var call in _calls)
            handedOut.AddCall(call, provider);
        _calls.Clear();
    }
}
