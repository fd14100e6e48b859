using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Assembles tool calls that arrive in parts: id and name first, then pieces of the arguments, identified by their
/// index.</summary>
internal sealed class OpenAiCompatibleToolCalls
{
    private const int MostCalls = 256;
    private readonly List<Parts> _calls = [];

    /// <summary>Takes in the parts of an event. Returns whether they add anything: a call, or a piece of the arguments of one.</summary>
    public bool Read(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!JsonRead.TryEnterArray(ref reader))
            return false;
        var adds = false;
        for (var position = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; position++)
        {
            if (JsonRead.TryEnterObject(ref reader))
                adds |= ReadCall(ref reader, position);
        }

        return adds;
    }

    /// <summary>Adds the finished calls, in order.</summary>
    public void TakeInto(List<AIContent> contents)
    {
        foreach (var call in _calls)
            contents.Add(ToolJson.Call(call.Id ?? call.Name ?? "call", call.Name ?? "", call.Arguments.ToString()));
        _calls.Clear();
    }

    private bool ReadCall(ref Utf8JsonReader reader, int position)
    {
        var (before, says) = (_calls.Count, false);
        int? index = null;
        string? id = null, name = null, arguments = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("index"u8))
            {
                reader.Read();
                index = JsonRead.Count(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = JsonRead.Text(ref reader);
            }
            else if (reader.ValueTextEquals("function"u8))
            {
                reader.Read();
                if (JsonRead.TryEnterObject(ref reader))
                    ReadFunction(ref reader, ref name, ref arguments);
            }
            else
            {
                says |= JsonRead.SkipNextSaying(ref reader);
            }
        }

        // Some servers send no index: then a new id begins a new call, and parts without an id belong to the last call.
        var call = _calls.Find(c => index is { } i ? c.Index == i : id is { Length: > 0 } && c.Id == id)
            ?? (index is null && string.IsNullOrEmpty(id) && string.IsNullOrEmpty(name) && _calls.Count > 0
                ? _calls[^1]
                : Add(index ?? _calls.Count + position));
        call.Id = string.IsNullOrEmpty(call.Id) ? id : call.Id;
        call.Name = string.IsNullOrEmpty(call.Name) ? name : call.Name;
        call.Arguments.Append(arguments);
        return says || _calls.Count > before || arguments is { Length: > 0 };
    }

    private static void ReadFunction(ref Utf8JsonReader reader, ref string? name, ref string? arguments)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                reader.Read();
                name = JsonRead.Text(ref reader);
            }
            else if (reader.ValueTextEquals("arguments"u8))
            {
                reader.Read();
                // By the protocol a string; some servers send an object, as Ollama's protocol does.
                arguments = reader.TokenType == JsonTokenType.StartObject ? ToolJson.Raw(ref reader) : JsonRead.Text(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private Parts Add(int index)
    {
        if (_calls.Count >= MostCalls)
            throw LineReader.TooLarge($"more than {MostCalls} tool calls in one answer");
        var call = new Parts(index);
        _calls.Add(call);
        return call;
    }

    private sealed class Parts(int index)
    {
        public int Index { get; } = index;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public StringBuilder Arguments { get; } = new();
    }
}
