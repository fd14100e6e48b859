using System.Text;

namespace Orchestrator;

/// <summary>
/// An error as the log shows it: this library's messages in full; of other libraries' exceptions only type, cause and stack, because their
/// messages may quote a prompt or a key.
/// </summary>
internal static class ErrorText
{
    private const int MaxDepth = 8;
    private const int MostInner = 8;

    public static string Of(Exception exception)
    {
        var text = new StringBuilder();
        Append(text, exception, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, Exception exception, int depth)
    {
        text.Append(exception.GetType().FullName);
        if (exception is LlmException own)
            text.Append(": ").Append(own.Message);
        else if (NetworkCause.Of(exception) is { } cause)
            text.Append(" (").Append(cause).Append(')');
        foreach (var inner in Inner(exception).Take(depth < MaxDepth ? MostInner : 0))
        {
            text.AppendLine().Append(" ---> ");
            Append(text, inner, depth + 1);
            text.AppendLine().Append("   --- End of inner exception stack trace ---");
        }

        if (StackOf(exception) is { } stack)
            text.AppendLine().Append(stack);
    }

    private static string? StackOf(Exception exception)
    {
        try
        {
            return exception.StackTrace;
        }
#pragma warning disable CA1031 // A foreign exception may override the property and throw from it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private static IEnumerable<Exception> Inner(Exception exception)
    {
        if (exception is not AggregateException many)
        {
            if (exception.InnerException is { } one)
                yield return one;
            yield break;
        }

        foreach (var inner in many.InnerExceptions)
            yield return inner;
    }
}
