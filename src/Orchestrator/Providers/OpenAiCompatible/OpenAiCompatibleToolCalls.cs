using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Assembles tool calls that arrive in parts: id and name first, then pieces of the arguments, identified by their
/// index.</summary>
internal sealed class OpenAiCompatibleToolCalls(ProviderInfo info)
{
    private const int MostCalls = 256;
    private const int LegacyIndex = -1;

    private readonly List<OpenAiCompatibleCall> _calls = [];

    /// <summary>Whether any call has come.</summary>
    public bool HasAny { get; private set; }

    /// <summary>Takes in the parts of an event. Returns whether they add anything: a call, or a piece of the arguments of one.</summary>
    /// <param name="reader">At the property's name.</param>
    /// <param name="isWhole">Whether the message is whole: each of its calls is one of its own.</param>
    public bool Read(ref Utf8JsonReader reader, bool isWhole)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return false;
        var adds = false;
        for (var position = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; position++)
        {
            if (!JsonRead.TryEnterObject(ref reader))
                continue;
            var part = new OpenAiCompatibleCallPart();
            part.Read(ref reader);
            adds |= Take(part, position, isWhole);
        }

        return adds;
    }

    /// <summary>Takes in <c>function_call</c>, as the protocol had it before it knew several calls.</summary>
    public bool ReadLegacy(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterObject(ref reader))
            return false;
        var part = new OpenAiCompatibleCallPart { Index = LegacyIndex };
        part.ReadFunction(ref reader);
        return part is not { Name: null, Arguments: null } && Take(part, 0, isWhole: false);
    }

    /// <summary>Adds the finished calls, in order, each with an id of its own.</summary>
    public void TakeInto(List<AIContent> contents)
    {
        for (var i = 0; i < _calls.Count; i++)
        {
            var call = _calls[i];
            var isOwn = !string.IsNullOrEmpty(call.Id) && !_calls.Exists(other => !ReferenceEquals(other, call) && other.Id == call.Id);
            call.Id = isOwn ? call.Id : CallIds.New();
            var content = ToolJson.Call(call.Id!, call.Name ?? "", BrokenText.Repaired(call.Arguments));
            if (call.Members is { } members)
            {
                var state = VendorState.New(info);
                state[OpenAiCompatibleState.Call] = members;
                VendorState.Attach(content, state);
            }

            contents.Add(content);
        }

        _calls.Clear();
    }

    private bool Take(in OpenAiCompatibleCallPart part, int position, bool isWhole)
    {
        var before = _calls.Count;
        var call = (isWhole ? null : Find(part)) ?? Add(part.Index ?? _calls.Count + position);
        call.Take(part);
        return part.Says || _calls.Count > before || part.Arguments is { Length: > 0 };
    }

    /// <summary>The call that a part belongs to; null for a new one.</summary>
    private OpenAiCompatibleCall? Find(in OpenAiCompatibleCallPart part)
    {
        var (index, id, name) = (part.Index, part.Id, part.Name);
        // Some servers send no index: then a new id begins a new call, and parts without an id belong to the last call.
        if (index is null && string.IsNullOrEmpty(id))
            return string.IsNullOrEmpty(name) && _calls.Count > 0 ? _calls[^1] : null;
        // The last one of an index: some servers give all calls of an answer the same.
        var call = _calls.FindLast(c => index is { } i ? c.Index == i : c.Id == id);
        return call is null || IsAnother(call, part) ? null : call;
    }

    /// <summary>
    /// Whether a part with the index of a call begins another one: with another id and a name of its own or, without an id, with a name
    /// after arguments that are whole. Servers that change the id with every nameless piece go on with the same call.
    /// </summary>
    private static bool IsAnother(OpenAiCompatibleCall call, in OpenAiCompatibleCallPart part)
    {
        if (string.IsNullOrEmpty(part.Name) || string.IsNullOrEmpty(call.Name))
            return false;
        return string.IsNullOrEmpty(part.Id)
            ? call.IsWhole && part.Arguments is { Length: > 0 }
            : part.Id != call.Id && call.Id is not null;
    }

    private OpenAiCompatibleCall Add(int index)
    {
        if (_calls.Count >= MostCalls)
            throw LineReader.TooLarge($"more than {MostCalls} tool calls in one answer");
        HasAny = true;
        var call = new OpenAiCompatibleCall(index);
        _calls.Add(call);
        return call;
    }
}
