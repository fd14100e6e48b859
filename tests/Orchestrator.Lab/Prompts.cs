using System.Text;
using Microsoft.Extensions.AI;

namespace Orchestrator.Lab;

/// <summary>Prompts in several scripts, each its own, and what they count for in a vocabulary of bytes.</summary>
internal static class Prompts
{
    private static readonly string[] Pieces = ["Опиши погоду", "почему небо синее?", "一句話の説明", "🙂👩‍👩‍👧🏳️‍🌈", "naïve café",
        "tab\tand \"quotes\" \\", "line\nbreak", "e\u0301 ≠ é", "ราคาเท่าไร"];

    public static List<ChatMessage> Single(int number) => [new(ChatRole.User, Text(number))];

    public static List<ChatMessage> Conversation(int number)
    {
        List<ChatMessage> messages = [new(ChatRole.System, $"Отвечай кратко. 简短回答 {number}")];
        for (var turn = 0; turn < 1 + number % 3; turn++)
        {
            messages.Add(new(ChatRole.User, Text(number + turn)));
            messages.Add(new(ChatRole.Assistant, $"Хорошо 👌 {turn}: {Text(number + turn + 1)}"));
        }

        messages.Add(new(ChatRole.User, Text(number * 7)));
        return messages;
    }

    /// <summary>One token for each byte of content, two marks for each message, and the mark before the answer.</summary>
    public static int Tokens(IEnumerable<ChatMessage> messages) => messages.Sum(m => Encoding.UTF8.GetByteCount(m.Text) + 2) + 1;

    private static string Text(int number)
    {
        var text = new StringBuilder().Append(number).Append(':');
        for (var i = 0; i <= number % 4; i++)
            text.Append(' ').Append(Pieces[(number + i * 5) % Pieces.Length]);
        return text.ToString();
    }
}
