using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>Tags, options and a client that no copy is made of, or that alter what they are given.</summary>
public sealed partial class ForeignCopiesTests
{
    private sealed class OwnTags : IReadOnlyDictionary<string, string>
    {
        private readonly Dictionary<string, string> _all = [];

        public bool Throws { get; init; }

        public int Count => _all.Count;

        public IEnumerable<string> Keys => _all.Keys;

        public IEnumerable<string> Values => _all.Values;

        public string this[string key]
        {
            get => _all[key];
            set => _all[key] = value;
        }

        public bool ContainsKey(string key) => _all.ContainsKey(key);

        public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out string value) =>
            _all.TryGetValue(key, out value);

        public IEnumerator<KeyValuePair<string, string>> GetEnumerator() =>
            Throws ? throw new InvalidOperationException("secret") : _all.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class HarmfulChatClient(string harm, List<string> seen, bool fails) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Harm(messages, options!);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "ok")) { FinishReason = ChatFinishReason.Stop });
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Harm(messages, options!);
            return Some.Answer("ok");
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
            // Nothing is held.
        }

        private void Harm(IEnumerable<ChatMessage> messages, ChatOptions options)
        {
            var list = (IList<ChatMessage>)messages;
            seen.Add(Show(list, options));
            Harms[harm](list, options);
            if (fails)
                throw new HttpRequestException("down", null, System.Net.HttpStatusCode.InternalServerError);
        }
    }

    public sealed class ThrowingOptions : ChatOptions
    {
        public override ChatOptions Clone() => throw new InvalidOperationException("secret");
    }

    public sealed class NullOptions : ChatOptions
    {
        public override ChatOptions Clone() => null!;
    }

    public sealed class SameOptions : ChatOptions
    {
        public override ChatOptions Clone() => this;
    }

    private sealed class SharingOptions : ChatOptions
    {
        public override ChatOptions Clone() =>
            new SharingOptions { Tools = Tools, StopSequences = StopSequences, AdditionalProperties = AdditionalProperties };
    }
}
