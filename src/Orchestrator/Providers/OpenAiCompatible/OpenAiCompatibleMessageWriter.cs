using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Writes the messages of one request: text alone as a string, anything more as parts; a tool's results as messages of their own,
/// and the images of results after all results.</summary>
internal sealed class OpenAiCompatibleMessageWriter(Utf8JsonWriter json, OpenAiCompatibleDialect dialect)
{
    private const string Nothing = "(empty)";
    private const string Bridge = "OK.";
    private const string ImageFollows = "The result is an image; the next message shows it.";

    private List<AIContent>? _images;
    private bool _isAfterTool;

    public void Write(IReadOnlyList<ChatMessage> messages)
    {
        foreach (var message in dialect.TakesRolesInAnyOrder ? messages : OpenAiCompatibleTurns.Joined(messages))
            Write(message);
        WriteImages();
    }

    private void Write(ChatMessage message)
    {
        var (results, rest) = (false, false);
        foreach (var content in message.Contents)
        {
            if (content is FunctionResultContent result)
            {
                WriteResult(result);
                results = true;
                continue;
            }

            Unsendable.Check(content, message.Role);
            rest |= MessageTexts.IsSaid(content, message.Role == ChatRole.Assistant);
        }

        if ((results || !dialect.TakesEmptyMessages) && !rest)
            return;
        var isAssistant = message.Role == ChatRole.Assistant;
        if (!isAssistant || SaysAnything(message))
            WriteMessage(message, isAssistant, results);
        if (isAssistant)
            KeepImages(message);
    }

    private void WriteMessage(ChatMessage message, bool isAssistant, bool results)
    {
        WriteImages();
        // Text beside a tool's results answers no call, so it is not sent in the tool's role.
        Begin(results && message.Role == ChatRole.Tool ? "user" : RoleOf(message.Role));
        if (dialect.TakesNames && TextName.Of(message.AuthorName) is { } name)
            json.WriteString("name"u8, name);
        if (isAssistant)
            WriteTurn(message);
        else
            OpenAiCompatibleParts.Write(json, message);
        json.WriteEndObject();
    }

    private string RoleOf(ChatRole role) => role.Value == "developer" && !dialect.TakesDeveloperRole ? "system" : role.Value;

    private void Begin(string role)
    {
        if (_isAfterTool && role == "user" && !dialect.TakesUserAfterTool)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, "assistant"u8);
            json.WriteString("content"u8, Bridge);
            json.WriteEndObject();
        }

        _isAfterTool = role == "tool";
        json.WriteStartObject();
        json.WriteString("role"u8, role);
    }

    private void WriteResult(FunctionResultContent result)
    {
        var read = ToolResult.Read(result);
        if (read.Images.Count > 0 && !dialect.TakesImages)
            throw ToolResult.NotSupported("an image, which Capabilities does not name");
        Begin("tool");
        json.WriteString("tool_call_id"u8, ToolCallIds.Of(result.CallId, dialect.Ids));
        json.WriteString("content"u8, read.Text switch
        {
            "" when read.Images.Count > 0 => ImageFollows,
            "" when !dialect.TakesEmptyMessages => Nothing,
            var text => text,
        });
        json.WriteEndObject();
        if (read.Images.Count > 0)
            (_images ??= []).AddRange(read.Images);
    }

    /// <summary>Servers take images from users only: those of an answer are shown to the model after it.</summary>
    private void KeepImages(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (Unsendable.IsImage(content))
                (_images ??= []).Add(content);
        }
    }

    private void WriteImages()
    {
        if (_images is not { Count: > 0 } images)
            return;
        Begin("user");
        json.WriteStartArray("content"u8);
        foreach (var image in images)
            OpenAiCompatibleParts.WriteImage(json, image);
        json.WriteEndArray();
        json.WriteEndObject();
        images.Clear();
    }

    /// <summary>Strict servers refuse a turn of the assistant with neither text nor calls, which a broken stream leaves.</summary>
    public static bool SaysAnything(ChatMessage message) =>
        message.Contents.Any(c => c is FunctionCallContent || MessageTexts.TextOf(c, isAssistant: true) is { Length: > 0 });

    private void WriteTurn(ChatMessage message)
    {
        var calls = message.Contents.Any(c => c is FunctionCallContent);
        if (MessageTexts.Of(message) is { Length: > 0 } text)
            json.WriteString("content"u8, text);
        else
            json.WriteNull("content"u8);
        var field = OpenAiCompatibleState.WriteMessage(json, message, dialect.Info);
        if (!calls)
            return;
        if (field is null || field != dialect.RequiredReasoning)
            OpenAiCompatibleReasoning.WriteRequired(json, dialect);
        json.WriteStartArray("tool_calls"u8);
        var isFirst = true;
        foreach (var content in message.Contents)
        {
            if (content is not FunctionCallContent call)
                continue;
            WriteCall(call, isFirst);
            isFirst = false;
        }

        json.WriteEndArray();
    }

    private void WriteCall(FunctionCallContent call, bool isFirst)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, ToolCallIds.Of(call.CallId, dialect.Ids));
        json.WriteString("type"u8, "function"u8);
        json.WriteStartObject("function"u8);
        json.WriteString("name"u8, call.Name);
        json.WriteString("arguments"u8, ToolJson.Arguments(call));
        json.WriteEndObject();
        if (!OpenAiCompatibleState.WriteCall(json, call, dialect.Info) && isFirst)
            OpenAiCompatibleReasoning.WriteRequiredMembers(json, dialect);
        json.WriteEndObject();
    }
}
