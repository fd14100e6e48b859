using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Providers;

/// <summary>Rewrites the ids of tool calls for servers that want them in a form of their own. The same id always becomes the same, so that
/// a result finds its call in every request.</summary>
internal static class ToolCallIds
{
    private const int Longest = 40;
    private const int Short = 9;
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Of(string id, ToolCallIdForm form) => form switch
    {
        ToolCallIdForm.AtMost40 when id.Length > Longest => Hashed(id, Longest),
        ToolCallIdForm.NineLettersAndDigits when id.Length != Short || !id.All(char.IsAsciiLetterOrDigit) => Hashed(id, Short),
        _ => id,
    };

    private static string Hashed(string id, int length)
    {
        Span<byte> hash = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(Encoding.UTF8.GetBytes(id), hash);
        Span<char> text = stackalloc char[length];
        for (var i = 0; i < length; i++)
            text[i] = Letters[hash[i] % Letters.Length];
        return new string(text);
    }
}
