using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Orchestrator.Providers;
using Orchestrator.Tests.Support;
using static Orchestrator.Tests.Support.ChatSurface;

namespace Orchestrator.Tests.Calls;

/// <summary>A provider whose client runs tools by itself.</summary>
public sealed partial class ToolsInProviderTests
{
    private static ChatClientProvider Shop(string name, bool wrapped, string? failure, int maximumErrors = 3)
    {
        IChatClient client = new FunctionInvokingChatClient(new ShopClient(failure)) { MaximumConsecutiveErrorsPerRequest = maximumErrors };
        return new(name, wrapped ? new Wrapping(client) : client, new(name, "shop", "till"));
    }

    private sealed class Wrapping(IChatClient inner) : DelegatingChatClient(inner);

    /// <summary>Asks for the tool first, and answers with its result, or fails.</summary>
    private sealed class ShopClient(string? failure) : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null,
            [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            var result = messages.SelectMany(m => m.Contents).OfType<FunctionResultContent>().LastOrDefault();
            if (result is null)
            {
                yield return new(ChatRole.Assistant, [new FunctionCallContent("call_1", "charge")]) { MessageId = "m1" };
                yield return new() { FinishReason = ChatFinishReason.ToolCalls, Contents = [Usage()], MessageId = "m1" };
                yield break;
            }

            switch (failure)
            {
                case "503":
                    throw new HttpRequestException("busy", null, System.Net.HttpStatusCode.ServiceUnavailable);
                case "429":
                    throw new HttpRequestException("slow down", null, System.Net.HttpStatusCode.TooManyRequests);
                case "network":
                    throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
                case "cut":
                    yield return new(ChatRole.Assistant, "half an") { MessageId = "m2" };
                    throw new IOException("reset");
                default:
                    yield return new(ChatRole.Assistant, $"Done: {result.Result}") { MessageId = "m2" };
                    yield return new()
                    {
                        FinishReason = failure == "filter" ? ChatFinishReason.ContentFilter : ChatFinishReason.Stop,
                        Contents = [Usage()],
                        MessageId = "m2"
                    };
                    break;
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
            // Nothing is held.
        }

        private static UsageContent Usage() => new(new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5, TotalTokenCount = 15 });
    }
}
