using System.Text;

namespace Orchestrator.Testing;

/// <summary>What a server has sent that it wants back. Thread-safe; keeps the last 10,000 signatures.</summary>
internal sealed class SentState
{
    /// <summary>What Google's documents allow in place of the signature of a call that Gemini has not made.</summary>
    public const string NoSignature = "skip_thought_signature_validator";

    private const int Most = 10_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _signatures = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];
    private volatile bool _hasThought;

    /// <summary>Whether any answer held reasoning: the model is one that thinks.</summary>
    public bool HasThought
    {
        get => _hasThought;
        set => _hasThought = value;
    }

    /// <summary>The signature of a call, which is remembered.</summary>
    public string Sign(string id, string name)
    {
        var signature = SignatureOf(id);
        lock (_lock)
        {
            if (_signatures.TryAdd(signature, name))
                _order.Enqueue(signature);
            if (_order.Count > Most)
                _signatures.Remove(_order.Dequeue());
        }

        return signature;
    }

    /// <summary>Whether a signature is one of this server's, for a call of this function.</summary>
    public bool IsMine(string signature, string name)
    {
        lock (_lock)
            return _signatures.TryGetValue(signature, out var signed) && signed == name;
    }

    /// <summary>Whether this server has made a call.</summary>
    public bool IsMineById(string id, string name) => IsMine(SignatureOf(id), name);

    private static string SignatureOf(string id) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"thought of {id}"));
}
