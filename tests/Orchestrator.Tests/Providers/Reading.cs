using Microsoft.Extensions.AI;

namespace Orchestrator.Tests.Providers;

/// <summary>Requests and ways to read providers.</summary>
internal static class Reading
{
    public static LlmRequest Streamed(string prompt = "hi", ChatOptions? options = null) =>
        new(prompt) { Streaming = true, Options = options };

    public static LlmRequest Buffered(string prompt = "hi", ChatOptions? options = null) => new(prompt) { Options = options };

    public static async Task<List<ChatResponseUpdate>> ReadAsync(
        this ILlmProvider provider, LlmRequest request, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in provider.GenerateAsync(request, cancellationToken))
            updates.Add(update);
        return updates;
    }

    /// <summary>The texts read before the failure, and the failure.</summary>
    public static async Task<(string Text, LlmException Error)> FailAsync(
        this ILlmProvider provider, LlmRequest request, CancellationToken cancellationToken = default)
    {
        var text = "";
        try
        {
            await foreach (var update in provider.GenerateAsync(request, cancellationToken))
                text += update.Text;
        }
        catch (LlmException error)
        {
            return (text, error);
        }

        throw new Xunit.Sdk.XunitException($"Expected an LlmException; the provider answered \"{text}\".");
    }

    public static ChatResponse Whole(this IReadOnlyList<ChatResponseUpdate> updates) =>
        updates.Should().ContainSingle().Which.RawRepresentation.Should().BeOfType<ChatResponse>().Subject;
}
