using System.Collections.ObjectModel;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Copies of what the caller gave, for code that is not ours and may change them.</summary>
/// <remarks>Messages get lists of contents of their own; the contents are shared. The copy of a message of a derived class is a plain
/// <see cref="ChatMessage"/>: all that every message has, but not what the class adds, which has no copy of its kind.</remarks>
internal static class RequestCopy
{
    /// <summary>The messages in a list that can be changed.</summary>
    public static List<ChatMessage> Of(IEnumerable<ChatMessage> messages)
    {
        try
        {
            var copies = messages.TryGetNonEnumeratedCount(out var count) ? new List<ChatMessage>(count) : [];
            foreach (var message in messages)
                copies.Add(Of(message));
            return copies;
        }
#pragma warning disable CA1031 // Lists and dictionaries of the caller's own making may throw anything.
        catch (Exception error) when (error is not LlmException)
#pragma warning restore CA1031
        {
            throw Uncopied("messages", $"copying them threw {error.GetType().FullName}", error);
        }
    }

    /// <summary>The options as a copy whose lists are its own; null for none.</summary>
    /// <exception cref="LlmException">They cannot be copied (<see cref="LlmErrorKind.InvalidRequest"/>).</exception>
    public static ChatOptions? Of(ChatOptions? options)
    {
        if (options is null)
            return null;
        try
        {
            var copy = options.Clone();
            if (copy is null || ReferenceEquals(copy, options))
                throw Uncopied("options",
                    $"{options.GetType().FullName}.Clone returned {(copy is null ? "null" : "the object itself")}", null);
            // A derived class may share what the base class copies.
            if (copy.Tools is { } tools && ReferenceEquals(tools, options.Tools))
                copy.Tools = [.. tools];
            if (copy.StopSequences is { } stops && ReferenceEquals(stops, options.StopSequences))
                copy.StopSequences = [.. stops];
            if (copy.AdditionalProperties is { } properties && ReferenceEquals(properties, options.AdditionalProperties))
                copy.AdditionalProperties = properties.Clone();
            return copy;
        }
#pragma warning disable CA1031 // Clone is virtual: code of the caller's.
        catch (Exception error) when (error is not LlmException)
#pragma warning restore CA1031
        {
            throw Uncopied("options", $"copying {options.GetType().FullName} threw {error.GetType().FullName}", error);
        }
    }

    /// <summary>The tags as what cannot be cast back to the caller's own object and changed; null for none.</summary>
    /// <exception cref="LlmException">They cannot be copied (<see cref="LlmErrorKind.InvalidRequest"/>).</exception>
    public static IReadOnlyDictionary<string, string>? Of(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null || tags.GetType() == typeof(ReadOnlyDictionary<string, string>))
            return tags;
        if (tags is IDictionary<string, string> all)
            return new ReadOnlyDictionary<string, string>(all);
        try
        {
            return new Dictionary<string, string>(tags);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception error)
#pragma warning restore CA1031
        {
            throw Uncopied("tags", $"copying them threw {error.GetType().FullName}", error);
        }
    }

    private static ChatMessage Of(ChatMessage message)
    {
        // Of a derived class too: the method is not virtual, and makes a plain message.
        var copy = message.Clone();
        copy.Contents = [.. message.Contents];
        copy.AdditionalProperties = message.AdditionalProperties?.Clone();
        return copy;
    }

    private static LlmException Uncopied(string what, string why, Exception? error) =>
        new(LlmErrorKind.InvalidRequest, $"The request's {what} could not be copied for the provider: {why}.", error)
        {
            IsRequestFault = true,
        };
}
